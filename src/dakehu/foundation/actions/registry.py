"""Actions, the only way to write: authorise, open a transaction, run, collect every field change, append one sealed
audit entry and queue the published events, atomically.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction

from dakehu.foundation.access.actor import Actor, current_actor, serving_strangers
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.audit import chain as audit
from dakehu.foundation.audit.models import hide_entries_of
from dakehu.foundation.base.errors import NotAllowed, NotQualified, Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.database import lock_timeout
from dakehu.foundation.jobs import events
from dakehu.foundation.records.recorded import ActionRecord, open_act, recording
from dakehu.foundation.schema.parameters import CustomFields, Fields, Parameter

Body = TypeVar("Body", bound=Callable[..., Any])


@dataclass(frozen=True)
class Action:
    """An entry in the registry of actions."""

    name: str
    needs: str
    zh: str
    en: str
    declared: tuple[Parameter | CustomFields | Fields, ...]
    body: Callable[..., Any]
    doc: str
    is_public: bool = True  # False: called by other actions only, never by name from outside
    offers_undo: bool = True  # its writes can be undone, and undo is offered
    irreversible: Bilingual | None = None  # why it cannot be undone, shown before it is performed
    registration: str = ""  # the registration that the actor must hold, in addition to the permission
    open_to_strangers: str = ""  # the purpose for which the system performs it for a stranger; "": not allowed

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Return its current parameters, including custom fields of a model visible to the reader."""
        made: list[Parameter] = []
        for item in self.declared:
            made.extend([item] if isinstance(item, Parameter) else item.parameters())
        return tuple(made)

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)

    def check_allowed(self) -> None:
        """Raise NotAllowed without the permission, NotQualified without a required qualification."""
        if current_actor().is_stranger and self.open_to_strangers:
            return
        if not current_actor().may(self.needs):
            raise NotAllowed(self.label, self.needs)
        self.check_qualified()

    def check_qualified(self) -> None:
        """Raise NotQualified without a required registration or certificate."""
        fault = self.find_qualification_fault()
        if fault is not None:
            raise fault

    def find_qualification_fault(self) -> NotQualified | None:
        """Return which qualification the actor lacks, None if none."""
        if self.registration and not _qualifications:
            raise LookupError(f"{self.name}: no domain keeps registrations")
        found = (rule(self, current_actor()) for rule in _qualifications)
        return next((fault for fault in found if fault is not None), None)


ACTIONS: dict[str, Action] = {}
_checks: list[Callable[[ActionRecord], None]] = []
_qualifications: list[Callable[[Action, Actor], NotQualified | None]] = []


def add_qualification(rule: Callable[[Action, Actor], NotQualified | None]) -> None:
    """Register a rule that runs before every action in every interface: it returns the qualification the actor lacks,
    or None.

    Called at start-up by each domain that stores qualifications of staff, such as registrations or certificates.
    """
    if rule not in _qualifications:
        _qualifications.append(rule)


def add_check(check: Callable[[ActionRecord], None]) -> None:
    """Register a check that runs after every action, before it is stored: if `check(record)` raises Refused, nothing
    is written."""
    if check not in _checks:
        _checks.append(check)


def action(
    name: str,
    *,
    needs: str,
    zh: str,
    en: str,
    parameters: Iterable[Any] = (),
    is_public: bool = True,
    offers_undo: bool = True,
    irreversible: Bilingual | None = None,
    registration: str = "",
    is_confidential: bool = False,
    open_to_strangers: str = "",
) -> Callable[[Body], Body]:
    """Register an action. The body takes keyword arguments only and runs inside one act and one transaction.

    `needs` is a permission ("" for every signed-in actor). `is_public=False` prevents calls by name. Writes of a
    public action can be undone unless `irreversible` gives the reason, which is shown before it is performed.
    `offers_undo=False` is for changes not worth undoing, such as the width of a column; if another action calls it,
    its writes remain when that one is undone. `registration` is the kind of registration that the actor must hold
    (compliance.registrations); every interface refuses without it, including the system. The audit entries of an
    action that `is_confidential` are visible only to readers who see across information walls. A stranger may perform
    only an action with `open_to_strangers`: the system performs it for that purpose, which the audit entry records.
    """
    if is_confidential:
        hide_entries_of(name)
    is_recorded = offers_undo and irreversible is None
    offers_undo = is_recorded and is_public
    flat: list[Parameter | CustomFields | Fields] = []
    for item in parameters:
        flat.extend([item] if isinstance(item, (Parameter, CustomFields, Fields)) else item)

    def wrap(body: Body) -> Body:
        kinds = {p.kind for p in inspect.signature(body).parameters.values()}
        if kinds - {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}:
            raise TypeError(f"{name}: verbs take keyword arguments only")

        @functools.wraps(body)
        def run(**given: Any) -> Any:
            ACTIONS[name].check_allowed()
            if not open_to_strangers:
                return perform_allowed(**given)
            with serving_strangers(open_to_strangers):
                return perform_allowed(**given)

        def perform_allowed(**given: Any) -> Any:
            outer = open_act()
            if outer is not None:
                outer.inner.append(name)
                with undo_entries.recording_as(outer, is_recorded):
                    return body(**given)
            try:
                return _run_recorded(name, body, given, offers_undo)
            except Refused as refused:
                if refused.recorded_as:
                    with act(refused.recorded_as) as record:
                        record.note.update(refused=name, fields=sorted(refused.messages))
                raise

        doc = inspect.getdoc(body) or ""
        ACTIONS[name] = Action(
            name,
            needs,
            zh,
            en,
            tuple(flat),
            run,
            doc,
            is_public,
            offers_undo,
            irreversible,
            registration,
            open_to_strangers,
        )
        return run  # type: ignore[return-value]

    return wrap


def _run_recorded(name: str, body: Callable[..., Any], given: dict[str, Any], offers_undo: bool) -> Any:
    """Run the body of an action as the open act, and record the data that undo needs."""
    with act(name) as record:
        record.undo_log = undo_entries.open_log(offers_undo)
        result = body(**given)
        for check in _checks:
            check(record)
        offer = undo_entries.store_entry(record)
    if offer is not None:
        undo_entries.set_last(offer)
    return result


@contextmanager
def act(name: str, reason: str = "") -> Iterator[ActionRecord]:
    """Open an act directly, for work without a registered action (set-up, data migrations, key rotation)."""
    with lock_timeout.raise_busy(), transaction.atomic(), recording(ActionRecord(name, reason)) as record:
        yield record
        if record.changes or record.events or record.note:
            audit.append(record)
        events.queue_reactions(record.events, record.undo_entry)

"""Saving over what somebody else has changed meanwhile: what does not overlap is merged, what does is asked about.

The one mechanism of every door: the grid and the forms say what they showed (`base`), the API says which version it
read, and may say what it read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from dakehu.foundation.access import scope
from dakehu.foundation.access.encrypted_fields import Sealed, SealedText
from dakehu.foundation.actions.registry import ACTIONS, Action, Take
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound
from dakehu.foundation.base.i18n import say
from dakehu.foundation.base.three_way_merge import Outcome, compare
from dakehu.foundation.gates.input import Unfit, accept, facts_behind, field_behind, reader_of, takes_index
from dakehu.foundation.gates.output import columns_of, name_of, plain_of, present_one, text_of
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.fields import plain as spelt

TRIES = 5
SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class Saved:
    """The row as it stands now, and the labels of fields that others had changed meanwhile and that were kept."""

    row: Any
    kept: list[str] = field(default_factory=list)


def perform_over(name: str, raw: Mapping[str, Any], base: Mapping[str, Any], version: Any) -> Saved:
    """Do the change `name` as `perform` does, from the row at `version` as the reader saw it (`base`: values as shown or
    plain, as far as known). Where the row has moved on, fields that only one side changed are merged.

    Raises Conflict, with `clashes` and who wrote meanwhile, where both sides changed one field to different values; and
    whatever `perform` raises.
    """
    wanted = ACTIONS.get(name)
    if wanted is None or not wanted.opens_doors:
        raise NotFound(say("操作", "action"), name)
    if not scope.current_actor().may(wanted.needs):
        raise NotAllowed(wanted.label, wanted.needs)
    given = accept(wanted.takes, {**raw, "version": version})
    kept: dict[str, None] = {}
    for left in reversed(range(TRIES)):
        try:
            return Saved(wanted.body(**given), list(kept))
        except Conflict as conflict:
            if conflict.row is None or not left:
                raise
            row, given, found = _merged(wanted, given, base, conflict.row)
            kept |= {facts_behind(take).label: None for take in wanted.takes if take.name in found.theirs}
            if not found.mine:
                return Saved(row, list(kept))
    raise AssertionError("unreachable")


def _merged(
    wanted: Action, given: dict[str, Any], base: Mapping[str, Any], row: Any
) -> tuple[Any, dict[str, Any], Outcome]:
    """(the row as it is, what to do now, what became of each field). Raises Conflict where a person must decide."""
    takes = {take.name: take for take in wanted.takes if is_value_of(take, row)}
    found = _compared(takes, given, base, row)
    if found.clashes:
        raise _told(takes, found, row)
    rest = {
        name: row if isinstance(value, type(row)) and value.pk == row.pk else value
        for name, value in given.items()
        if name not in takes
    }
    return row, {**rest, **{name: given[name] for name in found.mine}, "version": row.row_version}, found


def is_value_of(take: Take, row: Any) -> bool:
    """Whether a parameter is a value of this very row (not the row itself, nor a word about the act)."""
    behind = field_behind(take)
    return behind is not None and isinstance(row, model_of(take.model)) and behind.name == take.name


def _compared(takes: dict[str, Take], given: Mapping[str, Any], base: Mapping[str, Any], row: Any) -> Outcome:
    was: dict[str, Any] = {}
    index = takes_index(takes.values())
    for said, value in base.items():
        name = index.get(spelt(said), "")
        if name and not isinstance(field_behind(takes[name]), SealedText):
            try:
                was[name] = _bare(reader_of(replace(takes[name], required=False))(value))
            except Unfit:
                continue  # a mask, or a value nobody could have typed: what was seen is not known
    mine = {name: _bare(value) for name, value in given.items() if name in takes}
    now = {name: _bare(getattr(row, name)) for name in takes}
    return compare(was, mine, now)


def _bare(value: Any) -> Any:
    return value.pk if hasattr(value, "_meta") else value


def _told(takes: dict[str, Take], found: Outcome, row: Any) -> Conflict:
    """The refusal with both sides of every clash in words and in plain values."""
    columns = {column.name: column for column in columns_of(type(row), takes)}
    plain, shown = present_one(row, takes), present_one(row, takes, shown=True)
    by, at = _last_writer(row)
    conflict = Conflict({name: plain[name] for name in plain if name in takes}, row.row_version, row)
    conflict.by, conflict.at = by, at
    conflict.kept = [facts_behind(takes[name]).label for name in found.theirs]
    for name, clash in found.clashes.items():
        column = columns[name]
        conflict.clashes[name] = {
            "label": column.label,
            "base": _plainly(clash.base) if clash.known else None,
            "base_text": _said(clash.base, column) if clash.known else None,
            "mine": _plainly(clash.mine),
            "mine_text": _said(clash.mine, column),
            "current": plain[name],
            "current_text": shown[name] or "–",
        }
    return conflict


def _plainly(value: Any) -> Any:
    return value.masked() if isinstance(value, Sealed) else plain_of(value)


def _said(value: Any, column: Any) -> str:
    if value in (None, ""):
        return "–"
    if column.kind == "key":
        row = column.field.remote_field.model.objects.filter(pk=value).first()
        return name_of(row, scope.current_actor().clearance) if row is not None else str(value)
    return text_of(value, column)


def _last_writer(row: Any) -> tuple[str, str]:
    """(name, "09:41") of whoever wrote the present version, where the record says so; ("", "")."""
    from dakehu.foundation.models import AuditEntry

    number = row.client_number()
    if number is None:
        return "", ""
    with scope.elevated("who changed it meanwhile"):
        entry = AuditEntry.objects.filter(client_ref=number, at__gte=row.changed_at).order_by("pk").first()
    if entry is None or entry.at - row.changed_at > SOON:
        return "", ""
    return entry.actor_name, clock.local(entry.at).strftime("%H:%M")

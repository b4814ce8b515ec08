"""The register of distress: open a case for words from any source, note the first contact. Called inside actions."""

from datetime import datetime
from typing import Any

from dakehu.domains.care.distress import case_rules
from dakehu.domains.care.distress.choices import CaseSource, CaseState
from dakehu.domains.care.distress.rules import find_signs, level_of
from dakehu.domains.care.distress.signs import LEVELS
from dakehu.domains.care.models import DistressCase, Feedback
from dakehu.domains.care.readable import make_readable
from dakehu.domains.clients.choices import Kind
from dakehu.domains.clients.identifiers import age_on
from dakehu.domains.service.tasks.owners import main_managers
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import publish_event

OPENED = "distress.opened"  # {case}


def open_case(
    *,
    client: Any,
    source: CaseSource,
    ref: int,
    words: str,
    at: datetime,
    first: Any = None,
    has_spoken: bool = False,
    has_words: bool = True,
    **more: Any,
) -> DistressCase | None:
    """Open a case for signs of distress in a text, or add them to the source's open case; None without signs.

    `first` is the first person, who has contacted the client if `has_spoken`. Without `has_words` the text is not
    copied. `more`: call, withheld_from, is_office_only. Signs are found by words and negation only, never by the model
    of mood. Publishes `distress.opened`.
    """
    found = find_signs(make_readable(words).text)
    level = level_of(found)
    if level is None:
        return None
    codes = list(dict.fromkeys(one.sign.code for one in found if not one.is_negated))
    row = find_open_case(source, ref, client)
    if row is None:
        row = DistressCase(client=client, source=source.value, source_ref=ref, level=level, opened_at=at, **more)
        row.caller, row.contacted_at = first, at if has_spoken else None
        row.lead = None if row.is_office_only else responsible_lead(client, first, row.withheld_from_id)
        row.needs_second_person = client is not None and needs_second_person(client)
    row.level = min(level, str(row.level), key=list(LEVELS).index)
    row.signs = [*row.signs, *(code for code in codes if code not in row.signs)]
    if has_words:
        row.words = "\n".join(part for part in (row.words, words.strip()) if part)
    row.save()
    publish_event(OPENED, case=row.pk)
    return row


def find_open_case(source: CaseSource, ref: int, client: Any) -> DistressCase | None:
    """Return the open case of a source, whoever acts; None without one."""
    with elevated("look for the open case of a source"):
        rows = DistressCase.objects.filter(source=source.value, source_ref=ref, state=CaseState.OPEN.value)
        row: DistressCase | None = rows.filter(client=client).order_by("pk").first()
    return row


def responsible_lead(client: Any, first: Any, about: int | None) -> Any:
    """Return the lead of the client's manager, else of the first person; never the person complained about."""
    manager = None if client is None else main_managers([client.pk]).get(client.pk)
    found = (team.find_lead(manager), team.find_lead(first))
    return next((user for user in found if user is not None and user.pk != about), None)


def needs_second_person(client: Any) -> bool:
    """Return whether a case of distress of a client needs two persons."""
    age = age_on(client.birth_on, clock.today()) if client.birth_on else client.stated_age
    return case_rules.needs_second_person(client.kind == Kind.PERSON, age)


def get_case(pk: int) -> DistressCase:
    """Return a visible case. Raises NotFound."""
    row: DistressCase | None = DistressCase.objects.select_related("client", "call").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("情绪个案", "case of distress"))
    return row


def note_contact(row: DistressCase) -> None:
    """Note that the actor contacted the client of a case, on its feedback too."""
    row.caller, row.contacted_at = team.current_user(), clock.now()
    row.save()
    if row.source == CaseSource.FEEDBACK:
        said = Feedback.objects.filter(pk=row.source_ref, contacted_at=None).first()
        if said is not None:
            said.contacted_by, said.contacted_at = row.caller, row.contacted_at
            said.save()


def note_feedback_contact(feedback: Feedback) -> None:
    """Note on the open case of feedback that the actor contacted the person who gave it."""
    row = find_open_case(CaseSource.FEEDBACK, feedback.pk, feedback.client)
    if row is not None and not row.is_contacted:
        row.caller, row.contacted_at = feedback.contacted_by, feedback.contacted_at
        row.save()


def move_to_complaint(feedback: Feedback, complaint: Any) -> DistressCase | None:
    """Move the open case of feedback to the complaint made from it; None without one."""
    row = find_open_case(CaseSource.FEEDBACK, feedback.pk, feedback.client)
    if row is not None:
        row.source, row.source_ref = CaseSource.COMPLAINT.value, complaint.pk
        row.withheld_from = complaint.about_staff
        if row.caller_id is not None and row.caller_id == complaint.about_staff_id and not row.is_contacted:
            row.caller = complaint.owner
        row.lead = responsible_lead(feedback.client, row.caller, complaint.about_staff_id)
        row.save()
    return row

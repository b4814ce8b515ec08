"""Cases of distress: opened by what a client says on a call, joined by a second person, closed by the lead or compliance."""

from datetime import datetime
from typing import Any

from dakehu.domains.care.distress.rules import find_signs, level_of
from dakehu.domains.care.distress.signs import BY_CODE, LEVELS
from dakehu.domains.care.models import DistressCase, OutreachCall
from dakehu.domains.care.outreach import rules
from dakehu.domains.care.outreach.choices import CaseState
from dakehu.domains.care.permissions import DISTRESS_CLOSE, OUTREACH_READ
from dakehu.domains.care.readable import make_readable
from dakehu.domains.clients.choices import Kind
from dakehu.domains.clients.identifiers import age_on
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of, render_rows
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CASE = Parameter("case", kind="integer", spec=FieldSpec("情绪个案", "Case of distress"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))


def needs_second_person(client: Any) -> bool:
    """Return whether a case of distress of a client needs two persons."""
    age = age_on(client.birth_on, clock.today()) if client.birth_on else client.stated_age
    return rules.needs_second_person(client.kind == Kind.PERSON, age)


def raise_case(call: OutreachCall, words: str, caller: Any, at: datetime) -> DistressCase | None:
    """Open a case for signs of distress in a text, or add them to the open case of the call; None where there are none.

    `caller` is the member of staff who heard them at `at`, the first person of the case. Must run inside an action. Signs are found by words and negation only, never by the model of mood.
    """
    found = find_signs(make_readable(words).text)
    level = level_of(found)
    if level is None:
        return None
    codes = list(dict.fromkeys(one.sign.code for one in found if not one.is_negated))
    row = DistressCase.objects.filter(call=call, state=CaseState.OPEN.value).first()
    if row is None:
        client = call.client
        row = DistressCase(client=client, call=call, level=level, opened_at=at, caller=caller)
        row.lead = team.find_lead(caller) or team.find_lead(call.manager)
        row.needs_second_person = needs_second_person(client)
    row.level = min(level, str(row.level), key=list(LEVELS).index)
    row.signs = [*row.signs, *(code for code in codes if code not in row.signs)]
    row.words = "\n".join(part for part in (row.words, words.strip()) if part)
    row.save()
    return row


def get_case(pk: int) -> DistressCase:
    """Return a visible case. Raises NotFound."""
    row: DistressCase | None = DistressCase.objects.select_related("client", "call").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("情绪个案", "case of distress"))
    return row


def _get_open(pk: int, version: int | None) -> DistressCase:
    row = get_case(pk)
    check_version(row, version)
    if row.state != CaseState.OPEN:
        raise refusal("case", "这个个案已了结。", "This case is closed.")
    return row


@action(
    "care.join_distress_case",
    needs=OUTREACH_READ,
    zh="作为第二人确认情绪个案",
    en="Join a case of distress as second person",
    parameters=(CASE, VERSION, *parameters_of("care.DistressCase", "confirmation")),
    offers_undo=False,
)
def join_distress_case(*, case: int, confirmation: str, version: int | None = None) -> DistressCase:
    """Record that a second person joined a case, and what that person did. Raises Refused for the one who took the call."""
    row = _get_open(case, version)
    fault = rules.confirmation_fault(current_actor().user_id, row.caller_id, confirmation)
    if fault is not None:
        raise refusal(*fault)
    row.second_person, row.confirmed_at, row.confirmation = team.current_user(), clock.now(), confirmation
    row.save()
    return row


@action(
    "care.close_distress_case",
    needs=DISTRESS_CLOSE,
    zh="了结情绪个案",
    en="Close a case of distress",
    parameters=(CASE, VERSION, *parameters_of("care.DistressCase", "outcome")),
    offers_undo=False,
)
def close_distress_case(*, case: int, outcome: str, version: int | None = None) -> DistressCase:
    """Close a case with how it ended. Raises Refused for an older client's case that no second person has joined."""
    row = _get_open(case, version)
    fault = rules.closing_fault(row.needs_second_person, row.second_person_id, row.caller_id, outcome)
    if fault is not None:
        raise refusal(*fault)
    row.state, row.closed_by, row.closed_at, row.outcome = (
        CaseState.CLOSED.value,
        team.current_user(),
        clock.now(),
        outcome,
    )
    row.save()
    return row


def case_lines(rows: Any) -> list[dict[str, Any]]:
    """Return cases as plain lines: [{id, row_version, client, level, tone, signs, what_to_do, words, opened_at, caller, lead, …}]."""
    rows = list(rows)
    shown = render_rows(rows, ("words", "confirmation", "outcome"), shown=True)
    clearance = current_actor().clearance
    return [
        {
            "id": row.pk,
            "row_version": row.row_version,
            "call": row.call_id,
            "client": {"id": row.client_id, "name": name_of(row.client, clearance), "code": row.client.code},
            "level": str(row.level),
            "level_text": str(bilingual(*LEVELS[str(row.level)])),
            "tone": "warn" if row.level == "watch" else "bad",
            "signs": [str(bilingual(BY_CODE[code].zh, BY_CODE[code].en)) for code in row.signs if code in BY_CODE],
            "what_to_do": [
                str(bilingual(BY_CODE[code].do_zh, BY_CODE[code].do_en)) for code in row.signs if code in BY_CODE
            ],
            "words": values["words"],
            "opened_at": f"{clock.local(row.opened_at):%Y-%m-%d %H:%M}",
            "caller": row.caller.name if row.caller else "",
            "lead": row.lead.name if row.lead else "",
            "needs_second_person": row.needs_second_person,
            "second_person": row.second_person.name if row.second_person else "",
            "confirmation": values["confirmation"],
            "is_open": row.state == CaseState.OPEN,
            "can_join": row.state == CaseState.OPEN and row.caller_id != current_actor().user_id,
            "can_close": row.state == CaseState.OPEN and current_actor().may(DISTRESS_CLOSE),
            "outcome": values["outcome"],
            "closed_by": row.closed_by.name if row.closed_by else "",
        }
        for row, values in zip(rows, shown, strict=True)
    ]

"""Actions on cases of distress: the first contact, the second person, and the outcome."""

from dakehu.domains.care.distress import case_rules, register
from dakehu.domains.care.distress.choices import CaseState, DistressLevel
from dakehu.domains.care.models import DistressCase
from dakehu.domains.care.permissions import DISTRESS_CLOSE, OUTREACH_READ
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CASE = Parameter("case", kind="integer", spec=FieldSpec("情绪个案", "Case of distress"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))


def _get_open(pk: int, version: int | None) -> DistressCase:
    row = register.get_case(pk)
    check_version(row, version)
    if row.state != CaseState.OPEN:
        raise refusal("case", "这个个案已了结。", "This case is closed.")
    return row


@action(
    "care.contact_distress_case",
    needs=OUTREACH_READ,
    zh="登记已联系（情绪个案）",
    en="Note the first contact of a case",
    parameters=(CASE, VERSION),
    offers_undo=False,
)
def contact_distress_case(*, case: int, version: int | None = None) -> DistressCase:
    """Note that the actor has contacted the client, as first person. Raises Refused if someone already did."""
    row = _get_open(case, version)
    fault = case_rules.contact_fault(row.state == CaseState.OPEN, row.is_contacted)
    if fault is not None:
        raise refusal(*fault)
    register.note_contact(row)
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
    """Record that a second person joined a case, and what that person did. Raises Refused for the first person."""
    row = _get_open(case, version)
    fault = case_rules.confirmation_fault(current_actor().user_id, row.caller_id, confirmation, row.is_contacted)
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
    """Close a case with its outcome.

    Raises Refused for one above "take notice" whose client was not contacted, and for an older client's case without a
    second person.
    """
    row = _get_open(case, version)
    is_contacted = row.is_contacted or row.level == DistressLevel.WATCH
    fault = case_rules.closing_fault(
        row.needs_second_person, row.second_person_id, row.caller_id, outcome, is_contacted
    )
    if fault is not None:
        raise refusal(*fault)
    row.state, row.outcome = CaseState.CLOSED.value, outcome
    row.closed_by, row.closed_at = team.current_user(), clock.now()
    row.save()
    return row

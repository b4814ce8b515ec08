"""Actions on investor classes: apply with evidence, decide as a second person, withdraw."""

from typing import Any

from dakehu.domains.advice.choices import ApplicationState
from dakehu.domains.advice.classes import rules
from dakehu.domains.advice.models import ClassApplication
from dakehu.domains.advice.parameters import APPLICATION, REASON, VERSION
from dakehu.domains.clients import actions as clients
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.parameters import Fields

KEPT = bilingual(
    "分类认定留存 20 年，不能撤销；请另行申请转换。", "A decision on a class is kept; apply for a change instead."
)


@action(
    "advice.apply_for_class",
    needs=Permission.SUITABILITY_WRITE,
    zh="申请投资者分类",
    en="Apply for an investor class",
    parameters=(
        Fields("advice.ClassApplication", required=("client", "wanted"), without=("decision_note",), new=True),
    ),
)
def apply_for_class(*, client: Any, wanted: str, **stated: Any) -> ClassApplication:
    """Enter a client's application for a class with what was stated; it counts once a second person has approved it.

    Raises Refused for conditions that are not met, each named, and where an application waits already.
    """
    given = {name: value for name, value in stated.items() if value is not None}
    row = ClassApplication(client=client, wanted=wanted, **given)
    row.class_before, row.applied_on, row.applied_by = str(client.investor_class), clock.today(), team.current_user()
    fault = rules.application_fault(
        row.class_before, wanted, row.has_statement, row.evidence, row.evidence_until, row.applied_on
    )
    if fault is not None:
        raise refusal(*fault)
    unmet = [one for one in rules.conditions(wanted, facts_of(row)) if not one.is_met]
    if unmet:
        texts = [Bilingual(f"未满足：{one.zh}。", f"Not met: {one.en}.") for one in unmet]
        raise Refused({"wanted": texts})
    if ClassApplication.objects.filter(client=client, state=ApplicationState.WAITING.value).exists():
        raise refusal("client", "该客户已有申请在审核。", "An application of this client waits already.")
    row.save()
    publish_event("class.applied", application=row.pk)
    return row


def facts_of(row: ClassApplication) -> rules.Facts:
    """Return what an application states, as the rules take it."""
    return rules.Facts(
        kind=str(row.client.kind),
        standing=str(row.standing),
        financial_assets=row.financial_assets,
        net_assets=row.net_assets,
        average_income=row.average_income,
        experience_years=row.experience_years,
        work_years=row.work_years,
        is_officer=row.is_officer,
        is_certified=row.is_certified,
    )


@action(
    "advice.approve_class",
    needs=Permission.CLASS_DECIDE,
    zh="认定投资者分类",
    en="Approve an investor class",
    parameters=(APPLICATION, REASON, VERSION),
    irreversible=KEPT,
)
def approve_class(*, application: int, reason: str, version: int | None = None) -> ClassApplication:
    """Approve an application and set the client's class, proven today. Raises Refused for whoever entered it."""
    row = _decide(application, ApplicationState.APPROVED, reason, version)
    proven = clock.today() if row.wanted in ("A", "B", "C") else None
    with acting_as(system_actor("set the investor class that was approved", current_actor().door)):
        clients.change(client=row.client, investor_class=str(row.wanted), class_proven_on=proven)
    return row


@action(
    "advice.refuse_class",
    needs=Permission.CLASS_DECIDE,
    zh="不予认定投资者分类",
    en="Refuse an investor class",
    parameters=(APPLICATION, REASON, VERSION),
    irreversible=KEPT,
)
def refuse_class(*, application: int, reason: str, version: int | None = None) -> ClassApplication:
    """Refuse an application, with the reason that the client is told. Raises Refused for whoever entered it."""
    return _decide(application, ApplicationState.REFUSED, reason, version)


def _decide(pk: int, state: ApplicationState, reason: str, version: int | None) -> ClassApplication:
    row = get_waiting(pk)
    check_version(row, version)
    me = current_actor().user_id
    if me is None or me == row.applied_by_id:
        raise refusal("application", "不能审核本人经办的申请。", "Who entered an application may not decide on it.")
    row.state, row.decision_note = state.value, reason[:300]
    row.decided_by, row.decided_at = team.current_user(), clock.now()
    row.save()
    return row


@action(
    "advice.withdraw_class",
    needs=Permission.SUITABILITY_WRITE,
    zh="撤回分类申请",
    en="Withdraw a class application",
    parameters=(APPLICATION,),
)
def withdraw_class(*, application: int) -> ClassApplication:
    """Withdraw a waiting application at the client's wish."""
    row = get_waiting(application)
    row.state = ApplicationState.WITHDRAWN.value
    row.save()
    return row


def get_waiting(pk: int) -> ClassApplication:
    """Return a visible application that waits. Raises NotFound, and Refused where it is decided."""
    row: ClassApplication | None = ClassApplication.objects.select_related("client").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("投资者分类申请", "class application"))
    if row.state != ApplicationState.WAITING:
        raise refusal("application", "这份申请已经处理。", "This application is decided already.")
    return row

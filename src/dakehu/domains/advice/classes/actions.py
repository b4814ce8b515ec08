"""Actions on investor classes: apply with evidence, withdraw; apply the decision of a second person."""

from typing import Any

from dakehu.domains.advice.choices import ApplicationState
from dakehu.domains.advice.classes import rules
from dakehu.domains.advice.models import ClassApplication
from dakehu.domains.advice.parameters import APPLICATION
from dakehu.domains.clients import actions as clients
from dakehu.domains.clients.choices import InvestorClass
from dakehu.domains.compliance.approvals.requests import request_for, void_approvals
from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.approvals import ApprovalSubject
from dakehu.foundation.schema.parameters import Fields

SUBJECT = "advice.class"  # of approvals


@action(
    "advice.apply_for_class",
    needs=Permission.SUITABILITY_WRITE,
    zh="申请投资者分类",
    en="Apply for an investor class",
    parameters=(Fields("advice.ClassApplication", required=("client", "wanted"), new=True),),
)
def apply_for_class(*, client: Any, wanted: str, **stated: Any) -> ClassApplication:
    """Enter a client's application for a class with the stated facts; it takes effect once a second person has approved it.

    Raises Refused for conditions that are not met, each named, and where an application is waiting already.
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
    request_for(SUBJECT, subject_of(row))
    publish_event("class.applied", application=row.pk)
    return row


def facts_of(row: ClassApplication) -> rules.Facts:
    """Return the stated facts of an application, as input of the rules."""
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


def waiting_subjects() -> list[ApprovalSubject]:
    """Return the waiting applications."""
    return [
        subject_of(row) for row in ClassApplication.objects.filter(state=ApplicationState.WAITING.value).order_by("pk")
    ]


def subject_of(row: ClassApplication) -> ApprovalSubject:
    """Return an application as the subject of an approval; its text does not name the client."""
    before, wanted = (InvestorClass(str(one or "ordinary")).label for one in (row.class_before, row.wanted))
    summary = bilingual("{before} → {wanted}", "{before} → {wanted}", before=before, wanted=wanted)
    authors = [] if row.applied_by_id is None else [row.applied_by_id]
    return ApprovalSubject(row.pk, summary, authors, row.applied_by_id)


def content_digest(application: int) -> str:
    """Return the digest of the stated facts of an application. Raises NotFound."""
    row = _get_application(application)
    return digest({"client": row.client_id, **{name: getattr(row, name) for name in ClassApplication.kept}})


def decide_class(application: int, is_approved: bool, note: str) -> None:
    """Apply the second person's decision: an approved class is set on the client, proven today. Called inside the action.

    Raises Refused without a reason, which is stored for either decision.
    """
    row = get_waiting(application)
    if not note.strip():
        raise refusal("note", "请写明认定的理由。", "State the reason of the decision.")
    row.state = (ApplicationState.APPROVED if is_approved else ApplicationState.REFUSED).value
    row.decision_note, row.decided_by, row.decided_at = note, team.current_user(), clock.now()
    row.save()
    if is_approved:
        proven = clock.today() if row.wanted in rules.PROFESSIONAL else None
        with acting_as(system_actor("set the investor class that was approved", current_actor().door)):
            clients.change(client=row.client, investor_class=str(row.wanted), class_proven_on=proven)


@action(
    "advice.withdraw_class",
    needs=Permission.SUITABILITY_WRITE,
    zh="撤回分类申请",
    en="Withdraw a class application",
    parameters=(APPLICATION,),
)
def withdraw_class(*, application: int) -> ClassApplication:
    """Withdraw a waiting application at the client's request."""
    row = get_waiting(application)
    row.state = ApplicationState.WITHDRAWN.value
    row.save()
    void_approvals(SUBJECT, row.pk)
    return row


def _get_application(pk: int) -> ClassApplication:
    row: ClassApplication | None = ClassApplication.objects.select_related("client").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("投资者分类申请", "class application"))
    return row


def get_waiting(pk: int) -> ClassApplication:
    """Return a visible application that waits. Raises NotFound, and Refused where it is decided."""
    row = _get_application(pk)
    if row.state != ApplicationState.WAITING:
        raise refusal("application", "这份申请已经处理。", "This application is decided already.")
    return row

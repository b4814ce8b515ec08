"""Actions: store a check with its duties before a sale or advice, and mark a duty as done."""

from datetime import timedelta
from typing import Any

from dakehu.domains.advice.assessments.rules import is_tested_for_sale
from dakehu.domains.advice.call_backs import planning
from dakehu.domains.advice.choices import DutyState
from dakehu.domains.advice.models import Assessment, SuitabilityCheck, SuitabilityDuty
from dakehu.domains.advice.models.kept import digest
from dakehu.domains.advice.parameters import CLIENT, DUTY
from dakehu.domains.advice.suitability import desk, duty_rules, rules
from dakehu.domains.advice.suitability.choices import Purpose, Stage
from dakehu.domains.advice.suitability.documents import document
from dakehu.domains.advice.suitability.duties import DUTIES, Duty
from dakehu.domains.advice.suitability.parameters import PRODUCT, PRODUCT_NAME, PRODUCT_RISK, SALE
from dakehu.domains.advice.suitability.queries import evaluate, judged_values
from dakehu.domains.compliance.registrations.holders import require_registration
from dakehu.domains.service.tasks import actions as tasks
from dakehu.domains.service.tasks.rules import OPEN_STATES
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

TASK_DAYS = 5  # within which the duties of a check are to be done, house default
KEPT = bilingual("核对记录留存 20 年，不能撤销。", "The record of a check is kept for 20 years and not taken back.")
PURPOSE = Parameter("purpose", "advice.SuitabilityCheck", "purpose", required=False)


@action(
    "advice.record_check",
    needs=Permission.SUITABILITY_WRITE,
    zh="留存适当性核对",
    en="Record a suitability check",
    parameters=(CLIENT, PRODUCT, PRODUCT_NAME, PRODUCT_RISK, PURPOSE, *SALE),
    irreversible=KEPT,
)
def record_check(
    *, client: Any, product: str | None = None, product_name: str | None = None, purpose: str | None = None, **sale: Any
) -> SuitabilityCheck:
    """Check a product for a client by the desk's data, and store the result, positive or not, with its duties.

    The product is one of the desk, or named with its risk level. Raises Refused without either, and for advice by a user
    who is not registered as an investment adviser.
    """
    if purpose == Purpose.ADVICE:
        require_registration("investment_adviser")
    row_of_desk = desk.get_product(product) if product else None
    if row_of_desk is None and not product_name:
        raise refusal(
            "product", "请选择产品，或填写产品名称与风险等级。", "Choose a product, or name one with its risk level."
        )
    if row_of_desk is not None and sale.get("product_risk"):
        raise refusal(
            "product_risk",
            "工作台已登记的产品按其评级核对，不在这里填写等级；未评级的请合规先评定。",
            "A product of the desk is checked by its grade; where it has none, compliance grades it first.",
        )
    now = clock.now()
    case, decision, notes = evaluate(clock.local(now).date(), client, row_of_desk, sale)
    row = SuitabilityCheck(
        client=client,
        product=row_of_desk,
        product_name=(row_of_desk.name if row_of_desk is not None else str(product_name))[:120],
        purpose=purpose or Purpose.SALE.value,
        initiative=case.initiative,
        channel=case.channel,
        outcome=decision.outcome,
        rule=decision.rule.code,
        rules_version=rules.VERSION,
        reason=decision.rule.zh,
        taken=judged_values(case),
        missing=notes["missing"],
        checked_at=now,
        checked_by=team.current_user(),
        needs_review=_needs_review(client, case, decision),
    )
    row.digest = digest(
        {"client": client.pk, "product": row.product_name, "taken": row.taken, "rule": row.rule, "at": str(now)}
    )
    row.save()
    review = [DUTIES[duty_rules.REVIEW]] if row.needs_review else []
    _add_duties(row, case, [*review, *decision.duties])
    planning.plan_for_check(row, [duty.code for duty in decision.duties])
    publish_event("suitability.checked", suitability=row.pk, outcome=row.outcome, rule=row.rule)
    return row


def _needs_review(client: Any, case: rules.Case, decision: rules.Decision) -> bool:
    """Return whether the client was tested within a day before a sale that was above the level until then."""
    last = Assessment.objects.filter(client=client).order_by("-id").first()
    if last is None or decision.rule.code not in ("S08", "S09", "S10"):
        return False
    return is_tested_for_sale(last.filled_at, str(last.level_before), case.product_risk, clock.now())


def _add_duties(row: SuitabilityCheck, case: rules.Case, duties: list[Duty]) -> None:
    """Add the duties of a check with their documents, and a task for the user who made it."""
    level = f"{case.risk_level}（最低类别）" if case.minimum else case.risk_level
    names = {"client": row.client.name, "product": row.product_name, "level": level, "risk": case.product_risk}
    for duty in duties:
        SuitabilityDuty(
            client=row.client,
            suitability=row,
            code=duty.code,
            zh=duty.zh,
            en=duty.en,
            stage=duty.stage.value,
            document=document(duty.document, names),
            not_before=duty_rules.not_before(duty.code, row.checked_at),
        ).save()
    if any(duty.stage is Stage.BEFORE for duty in duties) and row.checked_by is not None:
        said = bilingual("履行适当性义务：{product}", "Duties of suitability: {product}", product=row.product_name)
        today = clock.today()
        task = tasks.create_task(
            subject=str(said)[:120],
            due_on=today + timedelta(days=TASK_DAYS),
            client=row.client,
            detail="\n".join(str(bilingual(duty.zh, duty.en)) for duty in duties),
        )
        row.task_ref = task.pk
        row.save()


@action(
    "advice.finish_duty",
    needs=Permission.SUITABILITY_READ,
    zh="履行适当性义务",
    en="Note a duty as done",
    parameters=(DUTY, parameters_of("advice.SuitabilityDuty", optional=("evidence",))),
    irreversible=bilingual("履行记录留存 20 年，不能撤销。", "What was done is kept for 20 years and not taken back."),
)
def finish_duty(*, duty: int, evidence: str | None = None) -> SuitabilityDuty:
    """Mark a duty as done, with its evidence. Raises NotFound, and Refused by suitability.duty_rules."""
    row: SuitabilityDuty | None = SuitabilityDuty.objects.select_related("suitability").filter(pk=duty).first()
    if row is None:
        raise NotFound(bilingual("适当性义务", "duty"))
    if row.state == DutyState.DONE:
        raise refusal("duty", "这项义务已经登记完成。", "This duty is done already.")
    actor = current_actor()
    doer = duty_rules.Doer(actor.user_id, actor.may(Permission.CLASS_DECIDE), actor.may(Permission.SUITABILITY_REVIEW))
    fault = duty_rules.duty_fault(
        row.code, doer, row.suitability.checked_by_id, clock.now(), row.not_before, evidence or ""
    )
    if fault is not None:
        raise refusal(*fault)
    set_done(row, evidence or "")
    _finish_task(row.suitability)
    return row


def set_done(row: SuitabilityDuty, evidence: str) -> None:
    """Mark a duty as done by the actor. Call inside an action."""
    row.state, row.evidence = DutyState.DONE.value, evidence[:200]
    row.done_at, row.done_by = clock.now(), team.current_user()
    row.save()


def _finish_task(row: SuitabilityCheck) -> None:
    """Finish the task of a check once no duty before the sale is open."""
    left = row.duties.filter(state=DutyState.OPEN.value, stage=Stage.BEFORE.value).exists()
    if row.task_ref is None or left or not current_actor().may(Permission.PLAN_WRITE):
        return
    if model_of("service.Task").objects.filter(pk=row.task_ref, state__in=OPEN_STATES).exists():
        tasks.finish_task(task=row.task_ref)

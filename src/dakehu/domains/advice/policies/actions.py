"""Actions on goals and investment policies. A signed policy never changes: another agreement is the next edition."""

from datetime import date
from typing import Any

from dakehu.domains.advice.model_portfolios.rules import CLASSES
from dakehu.domains.advice.model_portfolios.store import model_on
from dakehu.domains.advice.models import InvestmentGoal, InvestmentPolicy
from dakehu.domains.advice.policies import rules
from dakehu.domains.advice.policies.choices import PolicyState
from dakehu.domains.advice.policies.parameters import GOAL, POLICY, REASON, VERSION
from dakehu.domains.advice.policies.store import find_policy
from dakehu.domains.ledger.products.registry import known_products
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.parameters import Fields, parameters_of


def get_goal(pk: int) -> InvestmentGoal:
    """Return a visible goal. Raises NotFound."""
    row: InvestmentGoal | None = InvestmentGoal.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("投资目标", "goal"))
    return row


def get_policy(pk: int) -> InvestmentPolicy:
    """Return a visible policy with its client. Raises NotFound."""
    row: InvestmentPolicy | None = InvestmentPolicy.objects.select_related("client").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("投资方案", "policy"))
    return row


@action(
    "advice.add_goal",
    needs=Permission.POLICY_WRITE,
    zh="新增投资目标",
    en="Add an investment goal",
    parameters=(
        Fields("advice.InvestmentGoal", required=("client", "name", "amount", "due_on"), without=("state",), new=True),
    ),
)
def add_goal(*, client: Any, name: str, amount: Any, due_on: date, **values: Any) -> InvestmentGoal:
    """Add a goal of a client."""
    row = InvestmentGoal(client=client, name=name, amount=amount, due_on=due_on)
    return _save_goal(row, values)


@action(
    "advice.change_goal",
    needs=Permission.POLICY_WRITE,
    zh="修改投资目标",
    en="Change an investment goal",
    parameters=(GOAL, VERSION, Fields("advice.InvestmentGoal", without=("client",))),
)
def change_goal(*, goal: int, version: int | None = None, **values: Any) -> InvestmentGoal:
    """Change a goal, or mark it as reached or ended."""
    row = get_goal(goal)
    check_version(row, version)
    return _save_goal(row, values)


@action("advice.remove_goal", needs=Permission.POLICY_WRITE, zh="删除投资目标", en="Remove a goal", parameters=(GOAL,))
def remove_goal(*, goal: int) -> None:
    """Remove a goal that was entered by mistake."""
    get_goal(goal).delete()


def _save_goal(row: InvestmentGoal, values: dict[str, Any]) -> InvestmentGoal:
    for name, value in values.items():
        if value is not None:
            setattr(row, name, value)
    check_goal(row)
    row.save()
    return row


def check_goal(row: InvestmentGoal) -> None:
    """Raise Refused for a goal without an amount."""
    if row.amount <= 0:
        raise refusal("amount", "目标金额应大于 0。", "The amount wanted must be above 0.")


@action(
    "advice.draft_policy",
    needs=Permission.POLICY_WRITE,
    zh="起草投资方案",
    en="Draft an investment policy",
    parameters=(Fields("advice.InvestmentPolicy", required=("client", "risk_level", "review_on"), new=True),),
)
def draft_policy(*, client: Any, risk_level: str, review_on: date, **values: Any) -> InvestmentPolicy:
    """Draft the next edition of a client's policy; ranges default to those of the model of its level.

    Raises Refused above the tested level, for infeasible ranges, and while another draft exists.
    """
    rows = InvestmentPolicy.objects.filter(client=client)
    if rows.filter(state=PolicyState.DRAFT.value).exists():
        raise refusal(
            "client", "该客户已有一份草稿，请修改或删除它。", "A draft is there already; change or remove it."
        )
    last = rows.order_by("-edition").first()
    row = InvestmentPolicy(client=client, edition=(last.edition if last else 0) + 1, drafted_by=team.current_user())
    take_model_ranges(row, str(risk_level))
    return _save_policy(row, {"risk_level": risk_level, "review_on": review_on, **values})


def take_model_ranges(row: InvestmentPolicy, level: str) -> None:
    """Set the ranges of the model in force for a risk level."""
    for name, weight in model_on(level, clock.today()).weights.items():
        setattr(row, f"{name}_least", weight.least)
        setattr(row, f"{name}_most", weight.most)


@action(
    "advice.change_policy",
    needs=Permission.POLICY_WRITE,
    zh="修改方案草稿",
    en="Change a draft policy",
    parameters=(POLICY, VERSION, Fields("advice.InvestmentPolicy", without=("client",))),
)
def change_policy(*, policy: int, version: int | None = None, **values: Any) -> InvestmentPolicy:
    """Change a draft. Raises Refused for a policy that was signed: draft the next edition."""
    row = get_policy(policy)
    check_version(row, version)
    check_draft(row)
    return _save_policy(row, values)


@action(
    "advice.remove_policy",
    needs=Permission.POLICY_WRITE,
    zh="删除方案草稿",
    en="Remove a draft policy",
    parameters=(POLICY,),
)
def remove_policy(*, policy: int) -> None:
    """Remove a draft. Raises Refused for a policy that was signed."""
    row = get_policy(policy)
    check_draft(row)
    row.delete()


@action(
    "advice.sign_policy",
    needs=Permission.POLICY_WRITE,
    zh="登记客户签署",
    en="Record that a policy was signed",
    parameters=(POLICY, VERSION, parameters_of("advice.InvestmentPolicy", "signed_on", "signed_reference")),
)
def sign_policy(*, policy: int, signed_on: date, signed_reference: str, version: int | None = None) -> InvestmentPolicy:
    """Record that the client signed a draft, with the reference of the paper: it takes effect and replaces the previous edition.

    Raises Refused where the client's tested level has since fallen below that of the draft.
    """
    row = get_policy(policy)
    check_version(row, version)
    check_draft(row)
    if signed_on > clock.today():
        raise refusal("signed_on", "签署日期不能晚于今天。", "It cannot have been signed after today.")
    if not signed_reference.strip():
        raise refusal("signed_reference", "请填写签署文件编号。", "Give the reference of the signed paper.")
    check_policy(row)
    before = find_policy(row.client)
    if before is not None:
        before.state = PolicyState.REPLACED.value
        before.save()
    row.state, row.signed_on, row.signed_reference = PolicyState.IN_FORCE.value, signed_on, signed_reference.strip()
    row.save()
    publish_event("advice.policy_signed", policy=row.pk)
    return row


@action(
    "advice.end_policy",
    needs=Permission.POLICY_WRITE,
    zh="终止投资方案",
    en="End an investment policy",
    parameters=(POLICY, REASON),
)
def end_policy(*, policy: int, reason: str) -> InvestmentPolicy:
    """End a policy in force without another one, with the reason."""
    row = get_policy(policy)
    if row.state != PolicyState.IN_FORCE:
        raise refusal("policy", "只有生效的方案可以终止。", "Only a policy in force can be ended.")
    row.state = PolicyState.ENDED.value
    row.remark = f"{row.remark}\n{reason}".strip()
    row.save()
    return row


def check_draft(row: InvestmentPolicy) -> None:
    """Raise Refused for a policy that was signed."""
    if row.state != PolicyState.DRAFT:
        raise refusal(
            "policy",
            "已签署的方案不能修改，请起草新版本。",
            "A signed policy does not change; draft the next edition.",
        )


def _save_policy(row: InvestmentPolicy, values: dict[str, Any]) -> InvestmentPolicy:
    """Set, check and save a draft. Raises Refused."""
    for name, value in values.items():
        if value is not None:
            setattr(row, name, value)
    check_policy(row)
    row.save()
    return row


def check_policy(row: InvestmentPolicy) -> None:
    """Raise Refused with every error of a draft."""
    least, most = ({name: getattr(row, f"{name}_{part}") for name in CLASSES} for part in ("least", "most"))
    errors = rules.policy_errors(str(row.risk_level), str(row.client.risk_level), least, most)
    review = rules.review_error(row.review_on, clock.today())
    errors += [review] if review else []
    found: dict[str, Any] = {}
    for name, zh, en in errors:
        found.setdefault(name, []).append(bilingual(zh, en))
    keys, unknown = rules.excluded_keys(row.excluded)
    missing = [f"{code}.{market}" for code, market in keys if (code, market) not in known_products(keys)]
    if unknown or missing:
        found["excluded"] = [
            bilingual(
                "找不到产品：{names}。请写证券代码加市场，如 600519.SH。",
                "No product {names}: write the code with its market, such as 600519.SH.",
                names=[*unknown, *missing],
            )
        ]
    if found:
        raise Refused(found)

"""A draft of rebalancing from the drift of a client: class by class, for a registered adviser to consider."""

from typing import Any

from dakehu.domains.advice.drift.queries import drift_of_client
from dakehu.domains.advice.models import Advice
from dakehu.domains.advice.records import checks
from dakehu.domains.advice.records.actions import draft_advice
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.parameters import parameters_of

SUBJECT = "资产配置与目标的偏离"


@action(
    "advice.draft_rebalancing",
    needs=Permission.ADVICE_WRITE,
    registration=checks.ADVISER,
    zh="按偏离起草再平衡建议",
    en="Draft rebalancing from the drift",
    parameters=parameters_of("advice.Advice", "client"),
)
def draft_rebalancing(*, client: Any) -> Advice:
    """Draft advice from the drift of a client's holdings. It names asset classes and no product; it creates no order and sends nothing.

    Raises Refused while every class is within its range, and where too much is unclassified.
    """
    found = drift_of_client(client=client)
    if not found["is_outside"]:
        why = found["why"] or "各类资产均在区间内，无需起草。"
        raise refusal("client", why, found["why"] or "Every class is within its range.")
    if not found["is_certain"]:
        raise refusal(
            "client",
            "未分类的持仓超过 10%，请先登记资产类别：{names}。",
            "More than 10 % has no asset class; say it first: {names}.",
            names=found["unclassified_products"][:5],
        )
    draft: Advice = draft_advice(
        client=client, kind="rebalancing", subject=SUBJECT, basis=_basis(found), text=_text(found), initiative="staff"
    )
    return draft


def _basis(found: dict[str, Any]) -> str:
    """Return the basis for the approver: every class, the sums between classes, and the versions used."""
    lines = [
        f"{one['name']}：{one['weight']:.1%}，目标 {one['target']:.1%}，区间 {one['least']:.1%}–{one['most']:.1%}，{one['text']}"
        for one in found["lines"]
    ]
    sums = [f"{one['source']} → {one['target']}：{one['amount']:,.0f} 元" for one in found["shifts"]]
    head = f"截至 {found['as_of']}，模型 {found['model']}，方案版本 {found['edition_of_policy'] or '无'}，{found['version']}。"
    parts = [head, *lines, *(["恢复到目标时各类之间的金额（供参考，不是指令）：", *sums] if sums else [])]
    return "\n".join(parts)


def _text(found: dict[str, Any]) -> str:
    """Return the opening of a text to the client, about classes outside their ranges."""
    outside = [one for one in found["lines"] if one["state"] in ("above", "below")]
    said = "；".join(
        f"{one['name']}占 {one['weight']:.1%}，约定区间为 {one['least']:.0%}–{one['most']:.0%}" for one in outside
    )
    return (
        f"我们按您的投资方案检视了持仓（截至 {found['as_of']}）：{said}。\n"
        "想和您约个时间，一起核对资金用途、期限和可承受的损失是否有变化，再讨论各类资产的比例。"
    )

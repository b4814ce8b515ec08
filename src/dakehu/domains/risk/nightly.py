"""The nightly steps of risk: limits, lines and contracts against the close of the day; strategy reviews that become due."""

from typing import Any

from dakehu.domains.ledger.nightly import IMPORT, data_state
from dakehu.domains.risk.breaches import run
from dakehu.domains.risk.reviews import schedule
from dakehu.domains.team.audit_queries import SIGN_INS
from dakehu.domains.tiers.nightly import tier_state
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.nightly.run import desk_state
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

FLAGS, REVIEWS = "risk.flags", "risk.reviews"


def _flag(night: Night) -> dict[str, Any]:
    """Check the day against limits and lines."""
    result = run.flag(night.day, night.progress)
    if result["waits_for"] is not None:
        late = bilingual(
            "日终资产只到 {day}，未计算；到齐后自动补算。",
            "Balances end on {day}: nothing was judged; it is once they have come.",
            day=result["waits_for"],
        )
        return {**result, "words": late}
    words = bilingual(
        "超限 {over} 项，临近 {near} 项；新增 {new}，解除 {cleared}。",
        "{over} beyond a limit, {near} near one; {new} new, {cleared} cleared.",
        **{name: result[name] for name in ("over", "near", "new", "cleared")},
    )
    return {**result, "words": words}


def _inputs(night: Night) -> dict[str, Any]:
    """Return the state of the inputs: feeds, closes, tiers, and changes made on the desk."""
    return {**data_state(), **tier_state(), "desk": desk_state(SIGN_INS)}


def _reviews(night: Night) -> dict[str, Any]:
    """Open the reviews that become due."""
    result = schedule.open_reviews_due(night.day)
    words = bilingual("新增待回顾 {opened} 位客户。", "{opened} strategy reviews opened.", **result)
    return {**result, "unchanged": not result["opened"], "words": words}


declare_step(
    NightlyStep(FLAGS, "风险限额与提醒线", "Limits and lines", order=35, run=_flag, inputs=_inputs, depends=(IMPORT,))
)
declare_step(NightlyStep(REVIEWS, "策略回顾", "Strategy reviews", order=36, run=_reviews))

"""The moments' step of the nightly run. Types without data wait, so a failed close does not stop the others."""

from datetime import date
from typing import Any

from dakehu.domains.ledger.nightly import IMPORT, data_state
from dakehu.domains.service.models import MomentRun
from dakehu.domains.service.moments import nightly
from dakehu.domains.team.audit_queries import SIGN_INS
from dakehu.domains.tiers.nightly import tier_state
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.nightly.run import desk_state
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_missing_data, declare_step


def _evaluate(night: Night) -> dict[str, Any]:
    """Evaluate the moments of the day."""
    result = nightly.run(night.day, night.progress)
    words = bilingual(
        "新增 {new} 项，解除 {cleared} 项，升级 {escalated} 项；{waiting} 类等待数据。",
        "{new} new, {cleared} cleared, {escalated} escalated; {waiting} types wait for data.",
        new=result["new"],
        cleared=result["cleared"],
        escalated=result["escalated"],
        waiting=len(result["waiting"]),
    )
    return {**result, "words": words}


def _inputs(night: Night) -> dict[str, Any]:
    """Return the inputs of moments: feeds, closes, tiers, the day of the desk, and changes by users."""
    return {**data_state(), **tier_state(), "desk": desk_state(SIGN_INS), "today": clock.today().isoformat()}


declare_step(
    NightlyStep("service.moments", "关键时刻", "Moments", order=40, run=_evaluate, inputs=_inputs, depends=(IMPORT,))
)


def _waiting_types(day: date) -> list[Bilingual]:
    """Return which types of moments wait for which data, as of the evaluation of a day; one line for each reason."""
    row = MomentRun.objects.filter(day=day).first()
    kinds: dict[tuple[str, str], list[str]] = {}
    for one in row.waiting if row is not None else ():
        kinds.setdefault((one["zh"], one["en"]), []).append(one["kind"])
    return [
        bilingual(
            "{reason}，这些关键时刻未计算：{kinds}",
            "{why}; these moments were not evaluated: {kinds}",
            reason=zh,
            why=en,
            kinds=" ".join(waiting),
        )
        for (zh, en), waiting in kinds.items()
    ]


declare_missing_data("service.moments", _waiting_types)

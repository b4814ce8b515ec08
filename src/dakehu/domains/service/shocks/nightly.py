"""The night after a fall of the market: score every client, distribute calls, end expired pauses of marketing."""

import secrets
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import polars as pl

from dakehu.domains.clients import marketing
from dakehu.domains.clients.choices import FreezeReason
from dakehu.domains.service.shocks import rules, situation, store
from dakehu.domains.service.shocks.rules import Band, Call
from dakehu.domains.service.shocks.store import Shock
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

STEP = "service.shock"


def run(day: date) -> dict[str, Any]:
    """Score the clients of a day on which the market fell and distribute the calls; without a fall nothing is stored.

    Returns {shock: bool, calls, beyond: calls beyond all capacity, lifted: pauses of marketing that ended}.
    """
    lifted = lift_pauses(day)
    fall = rules.fall_of(situation.returns_of_indices(day))
    if fall is None:
        store.delete(day)
        return {"shock": False, "calls": 0, "beyond": 0, "lifted": lifted}
    known = situation.frame(day)
    before = store.find(day)
    seed = before.seed if before is not None and before.seed else secrets.token_hex(8)
    scored = with_loss(rules.score_clients(known, seed), known)
    called = scored.filter(pl.col("band").is_in([band.value for band in rules.CALLED]))
    calls = calls_of(called)
    callers = rules.share_out(calls, int(firm_settings.current("CALLS_PER_DAY")))
    who = pl.DataFrame(
        {"client": list(callers), "caller": list(callers.values()), "main": [call.main for call in calls]},
        schema={"client": pl.Int64, "caller": pl.Int64, "main": pl.Int64},
    )
    store.write(Shock(day, *fall, seed), scored.join(who, on="client", how="left", maintain_order="left"))
    beyond = sum(caller is None for caller in callers.values())
    return {"shock": True, "calls": len(callers), "beyond": beyond, "lifted": lifted}


def with_loss(scored: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return the scored clients with the day's return and its amount in money, in the same order."""
    loss = known.select("client", "day_return", "change")
    return scored.join(loss, on="client", how="left", maintain_order="left")


def calls_of(called: pl.DataFrame) -> list[Call]:
    """Return the calls in order, with who serves each client."""
    serving: dict[int, dict[str, int]] = defaultdict(dict)
    for part in chunks(called["client"].to_list()):
        rows: Any = model_of("clients.Coverage").objects.filter(until=None, client_id__among=part)
        for client, user, role in rows.order_by("since", "pk").values_list("client_id", "user_id", "role"):
            serving[client].setdefault(str(role), user)
    leads = team.leads_of({roles["main"] for roles in serving.values() if "main" in roles})
    return [
        Call(
            client,
            Band(band),
            serving[client].get("main"),
            serving[client].get("deputy"),
            leads.get(serving[client].get("main", 0)),
        )
        for client, band in called.select("client", "band").iter_rows()
    ]


def lift_pauses(day: date) -> int:
    """End the pauses of marketing that began with a shock call more than five trading days before. Returns how many."""
    since = trading_days.trading_days_between(day - timedelta(days=3 * rules.QUIET_DAYS), day)
    if len(since) <= rules.QUIET_DAYS:
        return 0
    over = marketing.running_freezes(FreezeReason.SHOCK_CALL.value, before=since[-rules.QUIET_DAYS])
    return end_pauses(causes=over) if over else 0


@action(
    "service.end_shock_pauses",
    needs=Permission.CLIENT_WRITE,
    zh="恢复急跌致电后的营销",
    en="Resume marketing after shock calls",
    is_public=False,
)
def end_pauses(*, causes: list[str]) -> int:
    """End pauses of marketing. Returns how many were active."""
    return sum(marketing.lift_marketing_freeze(cause=cause) for cause in causes)


def _run_step(night: Night) -> dict[str, Any]:
    """Run as a step of the night."""
    result = run(night.day)
    if not result["shock"]:
        is_same = not any(value for name, value in result.items() if isinstance(value, int))
        return {
            **result,
            "unchanged": is_same,
            "words": bilingual("市场没有急跌。", "The market did not fall sharply."),
        }
    words = bilingual(
        "市场急跌：{calls} 位客户需致电，{beyond} 位超出人手。",
        "The market fell: {calls} clients to call, {beyond} beyond what people can make.",
        calls=result["calls"],
        beyond=result["beyond"],
    )
    return {**result, "words": words}


declare_step(
    NightlyStep(
        STEP, "市场急跌致电名单", "Calls after a fall of the market", order=60, run=_run_step, depends=("ledger.close",)
    )
)

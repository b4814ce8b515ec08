"""Query: the effort of another contact rhythm, and the outcomes of such rhythms on this desk."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.insight.predictions import sources
from dakehu.domains.insight.predictions.cases import past_cases
from dakehu.domains.insight.predictions.eligible import MOST, sample_clients
from dakehu.domains.insight.predictions.features import QUARTER, TWO_YEARS
from dakehu.domains.insight.predictions.history import History, Past
from dakehu.domains.insight.rhythm import rules
from dakehu.domains.insight.rhythm.rules import Share
from dakehu.domains.tiers import schemes, standards
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

FACTOR = Parameter(
    "percent",
    required=False,
    kind="integer",
    spec=FieldSpec("联系间隔为现行的百分之几", "Interval in percent of today's"),
)
SHORTEST, LONGEST = 25, 400  # percent
CAUTION = bilingual(
    "这是关联，不是因果：常联系的客户本来就与少联系的不同。改变节奏后会怎样，只有试过才知道。",
    "This is association, not cause: clients called often differ from others to begin with. What another rhythm does is known only "
    "from trying it.",
)
TOO_FEW = bilingual("历史太少，无法判断", "Too little history to tell")


@query(
    "insight.rhythm_what_if",
    needs=Permission.TIERS_WHAT_IF,
    zh="联系节奏试算",
    en="Try a rhythm of contacts",
    parameters=(FACTOR,),
)
def rhythm_what_if(*, percent: int | None = None) -> dict[str, Any]:
    """Return the effort and associated outcomes of maximum contact gaps at `percent` of today's (default 100).

    {scheme, percent, day, tiers: [{code, label, clients, every_now, every_then, contacts_now, contacts_then, hours_now,
    hours_then, answers_now, answers_then, leaving_now, leaving_then}], total: the same sums, bands: [{band, clients, share, low,
    high}], answered: {share, low, high, cases} or None, days: [first, last] of the history, caution, too_few}. answers per month
    and leaving clients per quarter are {middle, low, high} or None if history is too short. Only visible clients are
    included. `scheme` is None if none is in force. Raises Refused for a percentage outside 25 to 400.
    """
    asked = 100 if percent is None else percent
    if not SHORTEST <= asked <= LONGEST:
        raise refusal("percent", "应为 {a} 至 {b}。", "Must be {a} to {b}.", a=SHORTEST, b=LONGEST)
    day = trading_days.last_complete_day()
    scheme = schemes.find_scheme_in_force(day)
    found: dict[str, Any] = {
        "scheme": None,
        "percent": asked,
        "day": day,
        "tiers": [],
        "bands": [],
        "caution": str(CAUTION),
    }
    found |= {"answered": None, "total": None, "days": None, "too_few": str(TOO_FEW)}
    if scheme is None:
        return found
    clients = _clients()
    history = _history(clients["client"].to_numpy(), day)
    leaving = _leaving_shares(history, clients["client"].to_numpy(), day)
    answered = _answered_share(history, clients["client"].to_numpy(), day)
    minutes = standards.minutes_of(scheme)["call"]
    rows = [
        _tier(tier, clients.filter(pl.col("code") == tier.code).height, asked / 100, minutes, leaving, answered)
        for tier in reversed(schemes.tiers_of(scheme))
    ]
    return found | {
        "scheme": scheme.name,
        "tiers": rows,
        "total": _total(rows),
        "bands": [{"band": name, **_plain_share(share)} for name, share in zip(rules.BANDS, leaving, strict=True)],
        "answered": None if answered is None else _plain_share(answered),
        "days": [day - timedelta(days=TWO_YEARS), day],
    }


def _clients() -> pl.DataFrame:
    """Return [client, code of the tier] of the visible clients who are not restricted and have a tier."""
    rows: Any = model_of("clients.Client").objects.filter(restricted=False).exclude(tier__code="").order_by("pk")
    frame = read_columns(rows.values_list("pk", "tier__code"), {"client": pl.Int64, "code": pl.String})
    return frame.drop_nulls("code")


def _history(clients: np.ndarray, day: date) -> History:
    """Return contacts, balances and attempts of the clients, or of a sample by number if they are very many."""
    return sources.read_service(sample_clients(clients, MOST), day - timedelta(days=TWO_YEARS), day)


def _leaving_shares(history: History, clients: np.ndarray, day: date) -> list[Share | None]:
    """Return the share of clients who left within a quarter, by how often they were contacted in the quarter before."""
    balances = history.balances
    if balances is None or not len(balances.day) or history.contacts is None:
        return [None] * len(rules.BANDS)
    cases = past_cases("churn", history, sample_clients(clients, MOST), int(balances.day.min()) + QUARTER)
    contacts = Past(history, cases.client, cases.day).count("contacts", QUARTER)
    return rules.shares_by_band(cases.client, contacts, cases.outcome)


def _answered_share(history: History, clients: np.ndarray, day: date) -> Share | None:
    """Return the share of attempts in two years that were answered."""
    attempts = history.attempts
    if attempts is None:
        return None
    of = np.isin(attempts.client, clients) & (attempts.day > history.until - TWO_YEARS)
    return rules.share_of(float(np.asarray(attempts.amounts["answered"])[of].sum()), int(of.sum()))


def _tier(
    tier: Any, clients: int, factor: float, minutes: int, leaving: list[Share | None], answered: Share | None
) -> dict[str, Any]:
    every_now = tier.contact_every_days
    every_then = rules.scale_interval(every_now, factor)
    row: dict[str, Any] = {
        "code": str(tier.code),
        "label": tier.label,
        "clients": clients,
        "every_now": every_now,
        "every_then": every_then,
    }
    for name, every in (("now", every_now), ("then", every_then)):
        need = rules.need(clients, every, minutes)
        share = leaving[rules.band_of_rhythm(every)]
        row[f"contacts_{name}"], row[f"hours_{name}"] = round(need.contacts, 1), round(need.hours, 1)
        row[f"answers_{name}"] = _plain(rules.expected(need.contacts, answered))
        row[f"leaving_{name}"] = _plain(rules.expected(clients, share))
    return row


def _total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums over the tiers; an expectation only if every tier with clients has one."""
    counted = [row for row in rows if row["clients"]]
    sums: dict[str, Any] = {"clients": sum(row["clients"] for row in rows)}
    for name in ("now", "then"):
        for what in ("contacts", "hours"):
            sums[f"{what}_{name}"] = round(sum(row[f"{what}_{name}"] for row in rows), 1)
        for what in ("answers", "leaving"):
            parts = [row[f"{what}_{name}"] for row in counted]
            sums[f"{what}_{name}"] = _plain(
                rules.total([None if one is None else (one["middle"], one["low"], one["high"]) for one in parts])
            )
    return sums


def _plain(found: tuple[float, float, float] | None) -> dict[str, float] | None:
    return None if found is None else dict(zip(("middle", "low", "high"), (round(n, 1) for n in found), strict=True))


def _plain_share(share: Share | None) -> dict[str, Any]:
    if share is None:
        return {"cases": 0, "share": None, "low": None, "high": None}
    return {"cases": share.cases, "share": share.share, "low": share.low, "high": share.high}

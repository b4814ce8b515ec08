"""What-if analysis of a scheme: clients who move, contacts promised, and whether the hours suffice.

Over the visible clients only, in counts too: clients of other teams are excluded everywhere.
"""

from datetime import date, timedelta
from typing import Any

import polars as pl

from dakehu.domains.team import queries as team
from dakehu.domains.tiers import actions, assets, capacity, rules, schemes, standards
from dakehu.domains.tiers.choices import AssetsSource, Window
from dakehu.domains.tiers.models import Scheme, Tier
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

SHOWN = 100  # number of moving clients listed by name
CLIENTS = {
    "client": pl.Int64,
    "kind": pl.String,
    "investor_class": pl.String,
    "stated": pl.Float64,
    "total": pl.Float64,
    "code": pl.String,
    "override_until": pl.Date,
}
SCHEME = Parameter("scheme", required=False, kind="integer", spec=FieldSpec("试算方案", "Scheme to try"))


@query(
    "tiers.what_if",
    needs=Permission.TIERS_WHAT_IF,
    zh="分级试算",
    en="Try a tier scheme",
    parameters=(SCHEME, actions.BOUNDS),
)
def what_if(*, scheme: int | None = None, bounds: Any = None) -> dict[str, Any]:
    """Return what would change if a scheme (default: the one in force) with other bounds were switched on today.

    bounds: {"T4": 5000000}, yuan by tier. Returns {scheme, clients, unknown, moves: {up, down, same, first, waiting:
    those of `down` who are also below the bound of the scheme in force and keep their tier until the watch ends},
    tiers: [{code, label, lower_bound, now, then}], moved: [{client, average, source, code_before, code, direction}]
    (the largest 100),
    promises: [{channel, label, now, then}] contacts a month, hours: {now, then, available, share_now, share}, people:
    [{user, name, clients, now, then, available, share}], basis: [sentence]}. Only visible clients are included. Raises
    Refused for bounds out of order, None as `scheme` where there is no scheme.
    """
    today = clock.today()
    current = schemes.find_scheme_in_force(today)
    tried = schemes.get_scheme(scheme) if scheme else current
    if tried is None:
        return {"scheme": None, "clients": 0, "tiers": [], "moved": [], "people": [], "promises": [], "basis": []}
    tiers = _moved_tiers(tried, bounds)
    frame = _compare_schemes(tried, tiers, today)
    before = schemes.tiers_of(current) if current is not None else []
    is_waiting = (pl.col("direction") == "down") & (pl.col("present") != pl.col("now"))
    frame = frame.with_columns(rules.target(schemes.bands(before)).alias("present")).with_columns(
        is_waiting.fill_null(value=False).alias("is_waiting")
    )
    month = _month(tried, today)
    return {
        "scheme": {"id": tried.pk, "name": tried.name, "state": str(tried.state)},
        "clients": len(frame),
        "unknown": int(frame["then"].null_count()),
        "moves": _moves(frame),
        "tiers": _tier_rows(frame, tiers),
        "moved": _moved_rows(frame),
        **_effort(frame, before, tiers, current or tried, tried, month),
        "basis": [str(text) for text in _basis(tried, month)],
    }


def _moved_tiers(scheme: Scheme, bounds: Any) -> list[Tier]:
    """Return the tiers of a scheme with other lower bounds, unsaved. Raises Refused for bounds out of order."""
    tiers = schemes.tiers_of(scheme)
    actions.move_bounds(tiers, actions.read_bounds(bounds))
    return tiers


def _compare_schemes(scheme: Scheme, tiers: list[Tier], today: date) -> pl.DataFrame:
    """Return one row for each visible client: `now` and `then` (tiers, null without), `average`, `source`, `direction`."""
    rows = model_of("clients.Client").objects.filter(status__in=assets.TIERED, restricted=False).order_by("pk")
    total = f"balance__total_{schemes.window_of(scheme)}"
    names = ("pk", "kind", "investor_class", "assets", total, "tier__code", "tier__override_until")
    frame = read_columns(rows.values_list(*names), CLIENTS)
    frame = frame.with_columns(
        pl.coalesce("total", "stated").alias("average"),
        pl.when(pl.col("total").is_not_null()).then(pl.lit("balances")).otherwise(pl.lit("stated")).alias("source"),
        pl.when(pl.col("code") != "").then(pl.col("code")).otherwise(None).alias("now"),
    )
    kept = (pl.col("override_until") >= today).fill_null(value=False) | pl.col("target").is_null()
    ranks = {str(tier.code): tier.rank for tier in tiers}
    frame = frame.with_columns(rules.target(schemes.bands(tiers)).alias("target"))
    frame = frame.with_columns(pl.when(kept).then(pl.col("now")).otherwise(pl.col("target")).alias("then"))
    now, then = (pl.col(name).replace_strict(ranks, default=None, return_dtype=pl.Int32) for name in ("now", "then"))
    direction = (
        pl.when(pl.col("then").is_null())
        .then(None)
        .when(pl.col("now").is_null())
        .then(pl.lit("first"))
        .when(pl.col("now") == pl.col("then"))
        .then(pl.lit("same"))
        .when((then > now).fill_null(value=True))
        .then(pl.lit("up"))
        .otherwise(pl.lit("down"))
    )
    return frame.with_columns(direction.alias("direction"))


def _moves(frame: pl.DataFrame) -> dict[str, int]:
    """Return the numbers of clients upgraded, downgraded, unchanged, and given their first tier."""
    found = dict(frame.drop_nulls("direction").group_by("direction").len().iter_rows())
    counts = {name: int(found.get(name, 0)) for name in ("up", "down", "same", "first")}
    return {**counts, "waiting": int(frame["is_waiting"].sum())}


def _tier_rows(frame: pl.DataFrame, tiers: list[Tier]) -> list[dict[str, Any]]:
    """Return each tier with its bound and the number of clients now and then, the highest first."""
    now, then = (capacity.counts_of(frame[name].to_list()) for name in ("now", "then"))
    return [
        {
            "code": str(tier.code),
            "label": tier.label,
            "lower_bound": None if tier.lower_bound is None else format(tier.lower_bound, "f"),
            "now": now.get(str(tier.code), 0),
            "then": then.get(str(tier.code), 0),
        }
        for tier in reversed(tiers)
    ]


def _moved_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the clients who move, those with most assets first."""
    moved = frame.filter(pl.col("direction").is_in(["up", "down"])).sort("average", descending=True, nulls_last=True)
    rows = moved.head(SHOWN).to_dicts()
    model = model_of("clients.Client")
    names = {
        row["id"]: row["name"]
        for row in render_rows(model.objects.filter(pk__in=[r["client"] for r in rows]), ("name",))
    }
    return [
        {
            "client": {"id": row["client"], "name": names.get(row["client"], "")},
            "average": None if row["average"] is None else f"{row['average']:.2f}",
            "source": AssetsSource.text_of(row["source"]),
            "code_before": row["now"],
            "code": row["then"],
            "direction": row["direction"],
        }
        for row in rows
    ]


def _effort(
    frame: pl.DataFrame, before: list[Tier], tiers: list[Tier], current: Scheme, tried: Scheme, month: float
) -> dict[str, Any]:
    """Return the contacts a month by channel, the hours of all, and the hours of each main manager."""
    old, new = standards.standards_of(before), standards.standards_of(tiers)
    old_minutes, new_minutes = standards.minutes_of(current), standards.minutes_of(tried)
    there = capacity.available(tried.hours_per_day, month, tried.reserve)
    served = frame.join(_managers(), on="client", how="left")

    def compute_part(part: pl.DataFrame) -> tuple[dict[str, float], dict[str, float]]:
        now = capacity.promised_contacts(capacity.counts_of(part["now"].to_list()), old)
        return now, capacity.promised_contacts(capacity.counts_of(part["then"].to_list()), new)

    people, names = [], team.names_of(served["user"].drop_nulls().unique().to_list())
    for (user,), part in served.partition_by("user", as_dict=True).items():
        now, then = compute_part(part)
        line = _hours(
            capacity.hours(now, old_minutes), capacity.hours(then, new_minutes), there if user is not None else 0.0
        )
        name = names.get(user, "") if user is not None else str(bilingual("未分派", "Nobody assigned"))
        people.append({"user": user, "name": name, "clients": len(part), **line})
    people.sort(key=lambda row: (row["user"] is None, -row["then"], row["name"]))
    now, then = compute_part(served)
    everybody = there * sum(row["user"] is not None for row in people)
    total = _hours(capacity.hours(now, old_minutes), capacity.hours(then, new_minutes), everybody)
    promises = [
        {
            "channel": channel,
            "label": str(standards.LABELS[channel]),
            "now": round(now[channel], 1),
            "then": round(then[channel], 1),
        }
        for channel in capacity.CHANNELS
    ]
    return {"promises": promises, "hours": total, "people": people}


def _hours(now: float, then: float, there: float) -> dict[str, Any]:
    """Return hours a month now and then, what is available, and their shares of it."""
    shares = (capacity.share(now, there), capacity.share(then, there))
    return {
        "now": round(now, 1),
        "then": round(then, 1),
        "available": round(there, 1),
        "share_now": None if shares[0] is None else round(shares[0], 4),
        "share": None if shares[1] is None else round(shares[1], 4),
        "is_over": then > there,
    }


def _managers() -> pl.DataFrame:
    """Return [client, user] of the main managers of the visible clients."""
    rows = model_of("clients.Coverage").objects.filter(until=None, role="main").values_list("client_id", "user_id")
    return read_columns(rows, {"client": pl.Int64, "user": pl.Int64})


def _month(scheme: Scheme, today: date) -> float:
    """Return the working days of an average month: the trading days of the last twelve months over twelve."""
    return len(trading_days.trading_days_between(today - timedelta(days=365), today)) / 12


def _basis(scheme: Scheme, month: float) -> list[Any]:
    """Return how the numbers are calculated, as text."""
    minutes = standards.minutes_of(scheme)
    return [
        bilingual(
            "按 {window}与现行方案比较；启用当天一次定级，不等关注期；人工定级的客户不动。",
            "By the {window} against the scheme in force; switching on assigns at once, without the watch; tiers set by hand stay.",
            window=Window.text_of(str(scheme.window)),
        ),
        bilingual(
            "每人每月 {n:.1f} 个工作日 × {h} 小时，预留 {r:.0%}；电话 {call} 分钟、消息 {message}、拜访 {visit}、报告 {report}（内部默认口径，可在方案里改）。",
            "A person has {n:.1f} working days × {h} hours a month less {r:.0%}; a call takes {call} minutes, a message {message}, "
            "a visit {visit}, a report {report} (house defaults, to be changed in the scheme).",
            n=month,
            h=f"{scheme.hours_per_day:g}",
            r=float(scheme.reserve),
            **minutes,
        ),
    ]

"""Who is called first after a fall of the market. Pure: no Django, clock or database.

Score and thresholds are house values after research report 8.3, which found no authoritative source: they order calls
and are not prescribed by law. S = 40·margin + 20·loss + 15·vulnerable + 10·behaviour + 10·value + 5·silence, each part
within 0 and 1. Value has 10 points only, so that small vulnerable clients are not called last.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from dakehu.foundation.base.i18n import Bilingual, bilingual

FALLS = (("000300.SH", -0.03), ("000852.SH", -0.04))  # of an index within a day: CSI 300, CSI 1000
FALL_OF_FIVE_DAYS = -0.08
WEIGHTS = {"margin": 40, "loss": 20, "vulnerable": 15, "behaviour": 10, "value": 10, "silence": 5}
PART_NAMES: dict[str, Bilingual] = {
    "margin": bilingual("融资风险", "Margin"),
    "loss": bilingual("当日亏损", "Loss of the day"),
    "vulnerable": bilingual("需要关照", "Vulnerable"),
    "behaviour": bilingual("行为迹象", "Behaviour"),
    "value": bilingual("客户价值", "Value"),
    "silence": bilingual("超期未联系", "Silence"),
}
CUTS = ((40, "today"), (25, "morning"), (12, "message"))
CLASS_POINTS = 5  # step of the score; clients of one band and step have equal priority
QUIET_DAYS = 5  # trading days after a shock call without any marketing

# Inputs of the score, one row a client, missing if unknown.
COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "client": pl.Int64,
    "margin_ratio": pl.Float64,  # 1.45 is 145 %; the lowest of the client's contracts
    "warn_line": pl.Float64,
    "close_line": pl.Float64,
    "has_margin": pl.Boolean,
    "day_return": pl.Float64,  # of the account, -0.02 is a loss of 2 %
    "day_loss_limit": pl.Float64,  # in force for the client, 0.03 is 3 % of assets
    "age": pl.Float64,
    "opened_days": pl.Int64,
    "largest_weight": pl.Float64,
    "holds_high_risk": pl.Boolean,  # a product of R4 or R5 with a risk level of C1 or C2
    "logins_ratio": pl.Float64,  # of the day to the usual number
    "cancelled_orders": pl.Float64,
    "withdrew": pl.Boolean,
    "complains": pl.Boolean,
    "signs": pl.List(pl.String),  # names of the declared signs of behaviour that the client showed
    "value_percentile": pl.Float64,
    "contact_days": pl.Int64,
    "contact_every_days": pl.Int64,
}


class Band(StrEnum):
    """When and how a client is contacted."""

    MARGIN = "margin"
    TODAY = "today"
    MORNING = "morning"
    MESSAGE = "message"
    NOTE = "note"


BAND_NAMES: dict[Band, Bilingual] = {
    Band.MARGIN: bilingual("两融通知（合同义务）", "Margin notices (duty)"),
    Band.TODAY: bilingual("当天致电", "Call today"),
    Band.MORNING: bilingual("次日 9:15 前或 15:00 后致电", "Call before 09:15 or after 15:00"),
    Band.MESSAGE: bilingual("发送个人消息", "Personal message"),
    Band.NOTE: bilingual("合规审核的统一说明", "General note approved by compliance"),
}
CALLED = (Band.MARGIN, Band.TODAY, Band.MORNING)  # bands whose clients are called; the others are written to
BAND_ORDER = tuple(Band)


def fall_of(returns: Mapping[str, Mapping[int, float | None]]) -> tuple[str, int, float] | None:
    """Return the fall that makes a day a shock, as (index, trading days, return); None for a day without one.

    `returns`: {index: {1: return of the day, 5: of five trading days}}, None if unknown. The fall of a day takes
    precedence over that of five days.
    """
    for name, limit in FALLS:
        change = returns.get(name, {}).get(1)
        if change is not None and change <= limit:
            return name, 1, change
    for name, _ in FALLS:
        change = returns.get(name, {}).get(5)
        if change is not None and change <= FALL_OF_FIVE_DAYS:
            return name, 5, change
    return None


def place_in_draw(seed: str, client: int) -> int:
    """Return the place of a client in the draw of a seed: deterministic and unbiased."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{client}".encode()).digest()[:7], "big")


def score_clients(frame: pl.DataFrame, seed: str = "") -> pl.DataFrame:
    """Return [client, score, priority, band, missing, signs, margin, loss, …] of a frame of COLUMNS; the parts are points.

    An unknown part adds 0 and is listed in `missing` (names). A client without margin debt has no margin part, so it is
    not missing. `priority` is the score in steps of CLASS_POINTS. Ordered by band, then priority, largest first;
    clients of equal priority in the random order of `seed`, so that those called first can be compared with the others.
    """
    whole = frame.select(
        *(
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in COLUMNS.items()
        )
    )
    parts = whole.select(
        "client",
        _margin().alias("margin"),
        _loss().alias("loss"),
        _vulnerability().alias("vulnerable"),
        _behaviour().alias("behaviour"),
        pl.col("signs").fill_null([]),
        pl.col("value_percentile").clip(0, 1).alias("value"),
        (pl.col("contact_days") / pl.col("contact_every_days")).clip(0, 1).alias("silence"),
        (pl.col("margin_ratio") < pl.col("warn_line")).fill_null(False).alias("is_called_on"),
    )
    unknown = [pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in WEIGHTS]
    points = [(pl.col(name).fill_null(0) * weight).alias(name) for name, weight in WEIGHTS.items()]
    missing = pl.concat_list(unknown).list.drop_nulls().alias("missing")
    found = parts.select("client", "is_called_on", "signs", missing, *points)
    found = found.with_columns(pl.sum_horizontal(*WEIGHTS).round(6).alias("score"))
    turn = pl.Series("turn", [place_in_draw(seed, client) for client in found["client"]], pl.Int64)
    priority = (pl.col("score") // CLASS_POINTS * CLASS_POINTS).cast(pl.Int64).alias("priority")
    found = found.with_columns(_band().alias("band"), priority, turn)
    place = pl.col("band").replace_strict({band.value: n for n, band in enumerate(BAND_ORDER)}, return_dtype=pl.Int64)
    ordered = found.sort(place, -pl.col("priority"), "turn")
    return ordered.select("client", "score", "priority", "band", "missing", "signs", *WEIGHTS)


def _margin() -> pl.Expr:
    """Below the close line 1, below the warn line 0.8; 0.6 and 0.3 if a fall of 5 % or 10 % would go below it."""
    ratio, warn = pl.col("margin_ratio"), pl.col("warn_line")
    known = (
        pl.when(ratio < pl.col("close_line"))
        .then(1.0)
        .when(ratio < warn)
        .then(0.8)
        .when(ratio * 0.95 < warn)
        .then(0.6)
        .when(ratio * 0.90 < warn)
        .then(0.3)
        .otherwise(0.0)
    )
    return (
        pl.when(ratio.is_not_null() & warn.is_not_null()).then(known).when(pl.col("has_margin").not_()).then(0.0)
    )  # neither known: missing


def _loss() -> pl.Expr:
    """The loss of the day against the limit in force for the client, 1 at most; missing without a limit."""
    return ((-pl.col("day_return")).clip(lower_bound=0) / pl.col("day_loss_limit")).clip(0, 1)


def _vulnerability() -> pl.Expr:
    """The largest of: C1/C2 with R4 1; 70 or older 0.8, 65 0.6; a client for less than 24 months 0.5; half in one security 0.5."""
    age = pl.col("age")
    return pl.max_horizontal(
        _flag(pl.col("holds_high_risk"), 1.0),
        pl.when(age >= 70).then(0.8).when(age >= 65).then(0.6).when(age.is_not_null()).then(0.0),
        _flag(pl.col("opened_days") < 730, 0.5),
        _flag(pl.col("largest_weight") >= 0.5, 0.5),
    )


def _behaviour() -> pl.Expr:
    """One sign 0.5, two or more 1: logins three times the usual, cancelled orders, a withdrawal, a complaint, declared ones."""
    signs = [
        pl.col("logins_ratio") >= 3,
        pl.col("cancelled_orders") > 0,
        pl.col("withdrew"),
        pl.col("complains"),
    ]
    declared = pl.col("signs").list.len()
    known = pl.any_horizontal(*(sign.is_not_null() for sign in signs), declared > 0)
    count = pl.sum_horizontal(*(sign.fill_null(False).cast(pl.Float64) for sign in signs), declared.fill_null(0))
    return pl.when(known).then((count / 2).clip(0, 1))


def _flag(condition: pl.Expr, value: float) -> pl.Expr:
    """`value` if a condition is true, 0 if false, missing if unknown."""
    return pl.when(condition).then(value).when(condition.not_()).then(0.0)


def _band() -> pl.Expr:
    """The band of a score; notices required by a margin contract precede every score."""
    score = pl.col("score")
    band: Any = pl.when(pl.col("is_called_on")).then(pl.lit(Band.MARGIN.value))
    for cut, name in CUTS:
        band = band.when(score >= cut).then(pl.lit(name))
    found: pl.Expr = band.otherwise(pl.lit(Band.NOTE.value))
    return found


@dataclass(frozen=True)
class Call:
    """A client to be called, in the order of the list; who serves them. Users by id, None without one."""

    client: int
    band: Band
    main: int | None
    deputy: int | None
    lead: int | None


def share_out(calls: Iterable[Call], capacity: int) -> dict[int, int | None]:
    """Return {client: who calls}: the main manager, beyond `capacity` calls of a day the deputy, then the lead.

    Calls of the next morning count for the next day. None if all of them are at capacity: the lead sees
    these as calls without a caller. A margin notice is always assigned: it stays with the main manager.
    """
    made: Counter[tuple[int, bool]] = Counter()
    callers: dict[int, int | None] = {}
    for call in calls:
        is_later = call.band is Band.MORNING
        serving = [user for user in (call.main, call.deputy, call.lead) if user is not None]
        caller = next((user for user in serving if made[user, is_later] < capacity), None)
        if caller is None and call.band is Band.MARGIN and serving:
            caller = serving[0]
        if caller is not None:
            made[caller, is_later] += 1
        callers[call.client] = caller
    return callers

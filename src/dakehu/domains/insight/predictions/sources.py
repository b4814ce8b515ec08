"""Read the desk's history for predictions: trades, contacts, sign-ins, balances and attempts to reach clients."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from dakehu.analytics.event_tables import EventTable
from dakehu.domains.insight.predictions.features import MONTH, QUARTER
from dakehu.domains.insight.predictions.history import History
from dakehu.domains.ledger.feeds import reader as feeds
from dakehu.domains.ledger.trades import reader as trades
from dakehu.domains.ledger.trades.owners import NEEDED
from dakehu.foundation.base import clock
from dakehu.foundation.records.columns import MOMENT, read_columns
from dakehu.foundation.schema.fields import model_of

EPOCH = date(1970, 1, 1)
AT_ONCE = 3_000_000  # rows of a feed per read
AMOUNTS = ("total", "deposits", "withdrawals", "cash")
# Whether an attempt was answered, by the outcomes of calls after a market shock and of moments; other outcomes are not attempts.
ANSWERED = ("reached", "call_back", "meeting", "will_act", "explained")
UNANSWERED = ("not_reached", "no_answer", "message_left")


def day_number(day: date) -> int:
    """Return the days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """Return the day of a number of days since 1970-01-01."""
    return EPOCH + timedelta(days=int(number))


def read_history(clients: np.ndarray, first: date, until: date) -> History:
    """Return the history of given clients, balances and sign-ins daily from `first` on. Read as the system."""
    balances = _daily("balances", AMOUNTS, clients, first, until)
    return History(
        day_number(until),
        _trades(clients, until),
        _contacts(clients, until),
        _daily("activity", ("logins",), clients, first, until),
        None if balances is None else _add_inflow(balances),
        _attempts(clients, until),
        _newest_day_number("balances", until),
    )


def read_service(clients: np.ndarray, first: date, until: date) -> History:
    """Return contacts, balances and attempts of clients in the reader's scope, without trades and sign-ins."""
    balances = _daily("balances", AMOUNTS, clients, first, until)
    return History(
        day_number(until),
        contacts=_contacts(clients, until),
        balances=None if balances is None else _add_inflow(balances),
        attempts=_attempts(clients, until),
        balances_until=_newest_day_number("balances", until),
    )


def read_recent(clients: np.ndarray, day: date) -> History:
    """Return the history required by the features of a day, for any number of clients: balances and sign-ins in two blocks of days."""
    balances = _blocks("balances", AMOUNTS, clients, day)
    return History(
        day_number(day),
        _trades(clients, day),
        _contacts(clients, day),
        _blocks("activity", ("logins",), clients, day),
        None if balances is None else _add_inflow(balances),
        _attempts(clients, day),
        _newest_day_number("balances", day),
    )


def _newest_day_number(feed: str, until: date) -> int | None:
    newest = feeds.newest_day(feed, until)
    return None if newest is None else day_number(newest)


def _daily(feed: str, columns: tuple[str, ...], clients: np.ndarray, first: date, until: date) -> EventTable | None:
    """Return the rows of a feed by day; None if it was not imported. Read in batches of days of up to AT_ONCE rows."""
    days, wanted = feeds.days_of(feed, first, until), pl.Series(clients).implode()
    frames, begin, count = [], 0, 1
    while begin < len(days):
        part = days[begin : begin + count]
        found = feeds.series(feed, part[0], part[-1], ("client", *columns))
        frames.append(found.filter(pl.col("client").is_in(wanted)))
        begin += count
        count = max(1, AT_ONCE * len(part) // max(found.height, 1))
    if not frames:
        return None
    numbered = pl.concat(frames).with_columns(_day_number("day"), pl.lit(1.0).alias("days"))
    return _events(numbered, (*columns, "days"))


def _blocks(feed: str, columns: tuple[str, ...], clients: np.ndarray, day: date) -> EventTable | None:
    """Return sums of the last 30 days, dated the day itself, and of the 60 before, dated 30 days before."""
    frames = []
    for first, last in ((MONTH - 1, 0), (QUARTER - 1, MONTH)):
        days = feeds.days_of(feed, day - timedelta(days=first), day - timedelta(days=last))
        if days:
            at = pl.lit(day_number(day) - last, pl.Int64).alias("day")
            frames.append(feeds.sums(feed, days, columns).with_columns(at, pl.col("days").cast(pl.Float64)))
    if not frames:
        return None
    return _events(pl.concat(frames).filter(pl.col("client").is_in(pl.Series(clients).implode())), (*columns, "days"))


def _events(frame: pl.DataFrame, amounts: Iterable[str]) -> EventTable:
    return EventTable(
        frame["client"].to_numpy(),
        frame["day"].cast(pl.Int64).to_numpy(),
        {name: frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in amounts},
    )


def _add_inflow(events: EventTable) -> EventTable:
    kept = {name: events.amounts[name] for name in ("total", "cash", "days")}
    inflow = np.nan_to_num(events.amounts["deposits"]) - np.nan_to_num(events.amounts["withdrawals"])
    return EventTable(events.client, events.day, {**kept, "inflow": inflow})


def _trades(clients: np.ndarray, until: date) -> EventTable | None:
    table = trades.all_trades([*NEEDED]).select(["client", "day"])
    if not table.num_rows:
        return None
    chosen = pc.and_(
        pc.is_in(table["client"], pa.array(clients, table["client"].type)),
        pc.less_equal(table["day"], pa.scalar(until)),
    )
    return _events(pl.DataFrame(table.filter(chosen)).with_columns(_day_number("day")), ())


def _day_number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Date).cast(pl.Int32).cast(pl.Int64).alias("day")


def _local_day(name: str) -> pl.Expr:
    return pl.col(name).dt.convert_time_zone(str(clock.zone())).dt.date().cast(pl.Int32).cast(pl.Int64).alias("day")


def _end_of(day: date) -> Any:
    return clock.start_of_day(day + timedelta(days=1))


def _contacts(clients: np.ndarray, until: date) -> EventTable | None:
    rows: Any = model_of("service.Interaction").objects.filter(held_at__lt=_end_of(until)).order_by()
    frame = read_columns(rows.values_list("client_id", "held_at"), {"client": pl.Int64, "held_at": MOMENT})
    chosen = frame.filter(pl.col("client").is_in(pl.Series(clients).implode()))
    return _events(chosen.with_columns(_local_day("held_at")), ()) if frame.height else None


def _attempts(clients: np.ndarray, until: date) -> EventTable | None:
    """Return the attempts to reach a client with a recorded result, and whether they were answered."""
    recorded = (*ANSWERED, *UNANSWERED)
    calls: Any = (
        model_of("care.OutreachAttempt").objects.filter(outcome__in=recorded, held_at__lt=_end_of(until)).order_by()
    )
    moments: Any = (
        model_of("service.Moment").objects.filter(outcome__in=recorded, worked_at__lt=_end_of(until)).order_by()
    )
    schema = {"client": pl.Int64, "at": MOMENT, "outcome": pl.String}
    frame = pl.concat(
        [
            read_columns(calls.values_list("client_id", "held_at", "outcome"), schema),
            read_columns(moments.values_list("client_id", "worked_at", "outcome"), schema),
        ]
    )
    answered = pl.col("outcome").is_in(ANSWERED).cast(pl.Float64).alias("answered")
    chosen = frame.filter(pl.col("client").is_in(pl.Series(clients).implode())).with_columns(_local_day("at"), answered)
    return _events(chosen, ("answered",)) if frame.height else None

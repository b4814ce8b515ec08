"""Holdings of every client at the close of a day: stored next to the history of a close, else computed from trades.

The rules of quantity, value and cost are those of a client's page (performance.portfolio), applied to all clients.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.db.models import Count, Max, Sum

from dakehu.domains.ledger.close import firm_book, history
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close.replay import COLUMNS, Replay, replay_book
from dakehu.domains.ledger.close.rows import EPOCH
from dakehu.domains.ledger.models import Bucket, Closing, Compaction, PriceFile, TradeBatch
from dakehu.domains.ledger.trades import journal, reader
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock

KEPT = 5  # files of the newest closes that are kept; older days are computed on demand
AT_ONCE = 5_000_000  # most trades that are replayed together; beyond it, a day is computed bucket by bucket


def frame(day: date) -> pl.DataFrame:
    """Return every holding of the firm at the close of a day, by client and product; none of restricted clients.

    Columns: client, product (ids), quantity (shares, negative where short), value (CNY), weight (share of the client's
    holdings: 0.05 is 5 %), cost (CNY, average cost with fees of what is held). A value is missing without any price up to
    that day, and with it the weights of its client. Read from the file of the close if stored, as published then; else
    from the trades and prices known today. Raises PermissionError unless the actor is the system.
    """
    _check_system()
    name = Closing.objects.filter(day=day).values_list("file", flat=True).first()
    if name is not None and history.holdings_path_of(name).is_file():
        found = pl.read_parquet(history.holdings_path_of(name))
        return found.filter(~pl.col("client").is_in(close_inputs.restricted_ids()))
    if (TradeBatch.objects.aggregate(Sum("rows"))["rows__sum"] or 0) > AT_ONCE:
        return pl.concat([pl.DataFrame(schema=COLUMNS), *_by_buckets(day)])
    return _current_replay(day).on(day)


def frames(days: Iterable[date]) -> Iterator[tuple[date, pl.DataFrame]]:
    """Yield (day, frame) of several days, all from the trades and prices known today; trades are read once.

    Raises PermissionError unless the actor is the system.
    """
    _check_system()
    wanted = sorted(set(days))
    if wanted:
        positions = _current_replay(wanted[-1])
        yield from ((day, positions.on(day)) for day in wanted)


def write(path: Path, holdings: pl.DataFrame) -> None:
    """Write the holdings of a day atomically, readable by their owner only."""
    journal.write(path, holdings.to_arrow())


def delete_old_files() -> int:
    """Delete the holdings of all but the newest closes; return the number of files deleted."""
    removed = 0
    for name in Closing.objects.order_by("-day").values_list("file", flat=True)[KEPT:]:
        path = history.holdings_path_of(name)
        if path.is_file():
            path.unlink()
            removed += 1
    return removed


def _check_system() -> None:
    """Raise PermissionError unless the actor is the system."""
    if not current_actor().is_system:
        raise PermissionError("holdings of the whole firm are read by the system only: use elevated(reason)")


def _current_replay(until: date) -> Replay:
    """Return the replay of all trades known today, on days up to `until` or today, whichever is later."""
    trades = TradeBatch.objects.aggregate(Count("pk"), Max("pk"), Max("changed_at"), Sum("row_version"))
    state: tuple[Any, ...] = (
        *trades.values(),
        Compaction.objects.values_list("row_version", flat=True).first(),
        hash(tuple(PriceFile.objects.order_by("day", "pk").values_list("file", flat=True))),
        tuple(close_inputs.restricted_ids()),
    )
    return _replay_journal(str(journal.folder()), state, max(until, clock.today()))


@lru_cache(maxsize=1)
def _replay_journal(folder: str, state: tuple[Any, ...], until: date) -> Replay:
    """Replay the journal; keep the last result (28 bytes a trade), since a rule is tested on 250 days in turn."""
    trades = close_inputs.arrays_for_close()
    if not len(trades.clients):
        none = np.array([], np.int64)
        return Replay(none, none, none, np.zeros(1, np.int64), none, none, none, np.zeros((0, 0)), none)
    prices = close_inputs.price_matrix(trades.assets, firm_book.calendar_of(trades.day, max(until, _last(trades.day))))
    return replay_book(trades.clients, trades.assets, firm_book.book_of(trades, prices))


def _by_buckets(day: date) -> Iterator[pl.DataFrame]:
    """Yield the holdings of a day by client, one bucket of clients at a time, so that memory scales with the bucket."""
    clients = np.array(scope.client_model().objects.order_by("pk").values_list("pk", flat=True), np.int64)
    clients = clients[~np.isin(clients, close_inputs.restricted_ids())]
    begins = list(Bucket.objects.order_by("first_client").values_list("first_client", flat=True))
    for own in np.split(clients, np.searchsorted(clients, begins[1:])):
        trades = close_inputs.group_by_client(reader.trades_of_clients(own.tolist()), day)
        if len(trades.clients):
            calendar = firm_book.calendar_of(trades.day, max(day, clock.today()))
            prices = close_inputs.price_matrix(trades.assets, calendar)
            yield replay_book(trades.clients, trades.assets, firm_book.book_of(trades, prices)).on(day)


def _last(days: np.ndarray) -> date:
    """Return the last of some days since 1970-01-01."""
    return EPOCH + timedelta(days=int(days.max()))

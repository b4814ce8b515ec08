"""Small books of trades for the tests of the kernel: written as tuples, converted to its arrays."""

from collections.abc import Sequence

import numpy as np

from dakehu.analytics.kernel import Book, securities_flow

Trade = tuple[int, int, int, int, float, float]  # client, asset, day, shares (sold: negative), amount, fee


def book_of(
    trades: Sequence[Trade],
    prices: Sequence[Sequence[float]] | np.ndarray,
    *,
    clients: int | None = None,
    market: Sequence[float] | np.ndarray | None = None,
    ordinals: np.ndarray | None = None,
    kind: Sequence[int] | None = None,
) -> Book:
    """Return a book; days are consecutive calendar days unless `ordinals` are given."""
    table = np.asarray(prices, dtype=np.float64)
    ordered = sorted(trades, key=lambda t: (t[0], t[1], t[2]))
    column = [np.array([t[i] for t in ordered]) for i in range(6)] if ordered else [np.array([])] * 6
    count = clients if clients is not None else int(column[0].max()) + 1
    quantity = column[3].astype(np.int64) * 1000
    value, fee = column[4].astype(np.float64), column[5].astype(np.float64)
    days = table.shape[1]
    return Book(
        offsets=np.searchsorted(column[0], np.arange(count + 1)).astype(np.int64),
        asset=column[1].astype(np.int32),
        day=column[2].astype(np.int32),
        quantity=quantity,
        value=value,
        fee=fee,
        flow=securities_flow(quantity, value, fee),
        prices=table,
        ordinals=np.arange(days, dtype=np.int64) + 700_000 if ordinals is None else ordinals,
        market=np.full(days, np.nan) if market is None else np.asarray(market, dtype=np.float64),
        kind=np.zeros(len(table), np.int8) if kind is None else np.asarray(kind, np.int8),
    )


def invented(clients: int, prices: np.ndarray, market: np.ndarray, seed: int, trades_each: int = 12) -> Book:
    """Return a book of random trades at the given prices: buys, partial and full sales, never short. Assets of kinds 0 to 5."""
    random = np.random.default_rng(seed)
    assets, days = prices.shape
    rows: list[Trade] = []
    for client in range(clients):
        chosen = random.choice(assets, size=int(random.integers(1, 6)), replace=False)
        held = dict.fromkeys(chosen.tolist(), 0)
        when = np.sort(random.integers(int(random.integers(0, days * 3 // 4)), days, size=trades_each))
        for day in when.tolist():
            asset = int(random.choice(chosen))
            if held[asset] and random.random() < 0.45:
                shares = -held[asset] if random.random() < 0.6 else -max(1, held[asset] // 2)
            else:
                shares = int(random.integers(1, 40)) * 100
            held[asset] += shares
            money = round(abs(shares) * prices[asset, day] * float(random.normal(1.0, 0.002)), 2)
            rows.append((client, asset, day, shares, money, round(max(5.0, money * 0.0003), 2)))
    steps = np.concatenate([[0], np.cumsum(np.where(np.arange(1, days) % 5 == 0, 3, 1))])
    return book_of(
        rows,
        prices,
        clients=clients,
        market=market,
        ordinals=700_000 + steps.astype(np.int64),
        kind=[a % 6 for a in range(assets)],
    )


def slice_book(whole: Book, begin: int, end: int) -> Book:
    """Return the clients begin..end of a book, on the same days and prices."""
    first, last = int(whole.offsets[begin]), int(whole.offsets[end])
    return Book(
        offsets=whole.offsets[begin : end + 1] - first,
        asset=whole.asset[first:last],
        day=whole.day[first:last],
        quantity=whole.quantity[first:last],
        value=whole.value[first:last],
        fee=whole.fee[first:last],
        flow=whole.flow[first:last],
        prices=whole.prices,
        ordinals=whole.ordinals,
        market=whole.market,
        kind=whole.kind,
    )

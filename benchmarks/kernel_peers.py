"""The same figures by other tools: each peer takes a book of the kernel and the number of threads, and returns
figures by column, float64 [clients], NaN where missing."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dakehu.analytics.figures import Column
from dakehu.analytics.kernel import Book

YEAR = 252
Figures = dict[Column, np.ndarray]


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest difference, relative for values above 1. A client with a figure on only one side is not
    compared; this is allowed for at most one client in twenty."""
    both = np.isfinite(ours) & np.isfinite(theirs)
    if both.sum() < 0.95 * max(np.isfinite(ours).sum(), 1):
        return float("inf")
    return float(np.max(np.abs(ours[both] - theirs[both]) / np.maximum(1.0, np.abs(ours[both])), initial=0.0))


def _figures_per_client(
    book: Book, columns: tuple[Column, ...], one: Callable[[Any, Any], tuple[float, ...]]
) -> Figures:
    """Compute per client: `one(daily returns, returns of the index)`."""
    made = np.full((len(columns), book.clients), np.nan)
    market = book.market[1:] / book.market[:-1] - 1
    for client in range(book.clients):
        made[:, client] = one(*_daily(book, client, np.append(0.0, market)))
    return dict(zip(columns, made, strict=True))


def _daily(book: Book, client: int, market: np.ndarray) -> tuple[Any, Any]:
    """Return one client's daily returns by pandas, from the first trade to the last valid day, and the index's."""
    import pandas as pd

    a, b = int(book.offsets[client]), int(book.offsets[client + 1])
    deals = pd.DataFrame({name: getattr(book, name)[a:b] for name in ("asset", "day", "quantity", "flow")})
    days = pd.RangeIndex(len(book.ordinals))
    held = (
        deals.pivot_table(index="day", columns="asset", values="quantity", aggfunc="sum")
        .reindex(days)
        .fillna(0)
        .cumsum()
        / 1000
    )
    prices = pd.DataFrame(book.prices[held.columns].T, index=days, columns=held.columns)
    worth = (held * prices).sum(axis=1)
    into = deals["flow"].clip(lower=0).groupby(deals["day"]).sum().reindex(days).fillna(0)
    out = (-deals["flow"].clip(upper=0)).groupby(deals["day"]).sum().reindex(days).fillna(0)
    before = worth.shift(fill_value=0) + into
    returns = ((worth + out) / before - 1).where(before != 0, 0)
    end = len(days) if held.iloc[-1].any() else int(deals["day"].max()) + 1
    span = slice(int(deals["day"].min()), end)
    dates = pd.DatetimeIndex(pd.to_datetime("1970-01-01") + pd.to_timedelta(book.ordinals - 700_000, unit="D"))[span]
    return pd.Series(returns.to_numpy()[span], index=dates), pd.Series(market[span], index=dates)


def with_empyrical(book: Book, threads: int) -> Figures:
    import empyrical

    def one(returns: Any, market: Any) -> tuple[float, ...]:
        return (
            empyrical.cum_returns_final(returns),
            empyrical.cagr(returns),
            empyrical.annual_volatility(returns),
            empyrical.sharpe_ratio(returns),
            empyrical.sortino_ratio(returns),
            empyrical.calmar_ratio(returns),
            empyrical.max_drawdown(returns),
            empyrical.value_at_risk(returns),
            empyrical.conditional_value_at_risk(returns),
            empyrical.beta(returns, market),
            empyrical.alpha(returns, market),
        )

    columns = (
        Column.TWR,
        Column.CAGR,
        Column.VOLATILITY,
        Column.SHARPE,
        Column.SORTINO,
        Column.CALMAR,
        Column.MAX_DRAWDOWN,
        Column.VAR95,
        Column.CVAR95,
        Column.BETA,
        Column.ALPHA,
    )
    return _figures_per_client(book, columns, one)


def with_quantstats(book: Book, threads: int) -> Figures:
    import quantstats.stats as qs

    def one(returns: Any, market: Any) -> tuple[float, ...]:
        aside = (
            qs.cagr(returns),
            qs.calmar(returns),
            qs.value_at_risk(returns),
            qs.cvar(returns),
            qs.greeks(returns, market),
        )
        del aside  # other definitions (calendar years, a normal distribution): they are computed only for timing
        return (
            qs.comp(returns),
            qs.volatility(returns),
            qs.sharpe(returns),
            qs.sortino(returns),
            qs.max_drawdown(returns),
        )

    columns = (Column.TWR, Column.VOLATILITY, Column.SHARPE, Column.SORTINO, Column.MAX_DRAWDOWN)
    return _figures_per_client(book, columns, one)


SQL = """
WITH steps AS (
    SELECT client, asset, day, sum(sum(quantity)) OVER (PARTITION BY client, asset ORDER BY day) AS held,
        coalesce(lead(day) OVER (PARTITION BY client, asset ORDER BY day), $days) AS until
    FROM trades GROUP BY client, asset, day),
spans AS (
    SELECT client, min(day) AS first, CASE WHEN max(until) FILTER (held <> 0) = $days THEN $days ELSE max(day) + 1 END AS stop
    FROM steps GROUP BY client),
worths AS (
    SELECT client, p.day, sum(held / 1000.0 * price) AS worth
    FROM steps JOIN prices p ON p.asset = steps.asset AND p.day >= steps.day AND p.day < steps.until
    WHERE held <> 0 GROUP BY client, p.day),
flows AS (
    SELECT client, day, sum(greatest(flow, 0)) AS came, sum(greatest(-flow, 0)) AS went FROM trades GROUP BY client, day),
grid AS (
    SELECT s.client, m.day, coalesce(worth, 0) AS worth, coalesce(came, 0) AS came, coalesce(went, 0) AS went, m.r AS market
    FROM spans s JOIN market m ON m.day >= s.first AND m.day < s.stop
    LEFT JOIN worths w ON w.client = s.client AND w.day = m.day LEFT JOIN flows f ON f.client = s.client AND f.day = m.day),
bases AS (
    SELECT *, coalesce(lag(worth) OVER (PARTITION BY client ORDER BY day), 0) + came AS base FROM grid),
returns AS (
    SELECT *, CASE WHEN base = 0 THEN 0 ELSE (worth + went) / base - 1 END AS r FROM bases),
grown AS (
    SELECT *, exp(sum(ln(greatest(1 + r, 1e-300))) OVER (PARTITION BY client ORDER BY day)) AS wealth FROM returns),
tops AS (
    SELECT *, greatest(max(wealth) OVER (PARTITION BY client ORDER BY day), 1) AS top FROM grown)
SELECT client, last(worth ORDER BY day), sum(came), last(wealth ORDER BY day) - 1, stddev_samp(r) * sqrt(252),
    avg(r) / stddev_samp(r) * sqrt(252), avg(r) * sqrt(252) / sqrt(avg(CASE WHEN r < 0 THEN r * r ELSE 0 END)),
    min(wealth / top - 1), quantile_cont(r, 0.05), regr_slope(r, market)
FROM tops GROUP BY client ORDER BY client
"""


def with_duckdb(book: Book, threads: int) -> Figures:
    import duckdb
    import pyarrow as pa

    base = duckdb.connect(config={"threads": threads})
    assets, days = book.prices.shape
    client = np.repeat(np.arange(book.clients), np.diff(book.offsets))
    base.register(
        "trades", pa.table({"client": client, **{n: getattr(book, n) for n in ("asset", "day", "quantity", "flow")}})
    )
    base.register(
        "prices",
        pa.table(
            {
                "asset": np.repeat(np.arange(assets), days),
                "day": np.tile(np.arange(days), assets),
                "price": book.prices.ravel(),
            }
        ),
    )
    base.register(
        "market", pa.table({"day": np.arange(days), "r": np.append(0.0, book.market[1:] / book.market[:-1] - 1)})
    )
    found = base.execute(SQL, {"days": days}).fetchnumpy()
    columns = (
        Column.NAV,
        Column.DEPOSITS,
        Column.TWR,
        Column.VOLATILITY,
        Column.SHARPE,
        Column.SORTINO,
        Column.MAX_DRAWDOWN,
        Column.VAR95,
        Column.BETA,
    )
    values = list(found.values())[1:]
    return {c: np.asarray(np.ma.filled(v, np.nan), np.float64) for c, v in zip(columns, values, strict=True)}


def with_numpy(book: Book, threads: int) -> Figures:
    made = [_chunk(book, begin, min(begin + 64, book.clients)) for begin in range(0, book.clients, 64)]
    return {column: np.concatenate([part[column] for part in made]) for column in made[0]}


def _chunk(book: Book, begin: int, end: int) -> Figures:
    """Return thirteen figures of some clients, from the full table of their daily values."""
    a, b, days = int(book.offsets[begin]), int(book.offsets[end]), book.prices.shape[1]
    client = np.repeat(np.arange(end - begin), np.diff(book.offsets[begin : end + 1]))
    asset, day, flow = book.asset[a:b], book.day[a:b], book.flow[a:b]
    pair, place = np.unique(client * len(book.prices) + asset, return_inverse=True)
    held = np.zeros((len(pair), days))
    np.add.at(held, (place, day), book.quantity[a:b] / 1000)
    np.cumsum(held, axis=1, out=held)
    held = np.round(held, 3)
    owner = pair // len(book.prices)
    worth = np.add.reduceat(
        held * book.prices[pair % len(book.prices)], np.searchsorted(owner, np.arange(end - begin)), axis=0
    )
    into, out = np.zeros_like(worth), np.zeros_like(worth)
    np.add.at(into, (client, day), np.maximum(flow, 0))
    np.add.at(out, (client, day), np.maximum(-flow, 0))
    start = np.full(end - begin, days)
    np.minimum.at(start, client, day)
    last = np.zeros(end - begin, np.int64)
    np.maximum.at(last, client, day)
    holding = np.logical_or.reduceat(held[:, -1] != 0, np.searchsorted(owner, np.arange(end - begin)))
    stop = np.where(holding, days, last + 1)
    n = (stop - start).astype(float)
    base = into.copy()
    base[:, 1:] += worth[:, :-1]
    with np.errstate(all="ignore"):
        returns = np.where(base != 0, (worth + out) / base - 1, 0.0)
        inside = (np.arange(days) >= start[:, None]) & (np.arange(days) < stop[:, None])
        returns = np.where(inside, returns, 0.0)
        wealth = np.cumprod(1 + returns, axis=1)
        fall = np.min(wealth / np.maximum(np.maximum.accumulate(wealth, axis=1), 1.0) - 1, axis=1)
        mean = returns.sum(axis=1) / n
        away = np.where(inside, returns - mean[:, None], 0.0)
        deviation = np.sqrt((away**2).sum(axis=1) / (n - 1))
        loss = np.sqrt((np.minimum(returns, 0) ** 2).sum(axis=1) / n)
        market = np.where(inside, np.append(0.0, book.market[1:] / book.market[:-1] - 1), 0.0)
        apart = np.where(inside, market - (market.sum(axis=1) / n)[:, None], 0.0)
        nav, came, went = worth[np.arange(end - begin), stop - 1], into.sum(axis=1), out.sum(axis=1)
        growth = wealth[:, -1]
        cagr = growth ** (YEAR / n) - 1
        return {
            Column.NAV: nav,
            Column.DEPOSITS: came,
            Column.WITHDRAWALS: went,
            Column.PNL: nav + went - came,
            Column.ROI: (nav + went - came) / came,
            Column.TWR: growth - 1,
            Column.CAGR: cagr,
            Column.VOLATILITY: deviation * np.sqrt(YEAR),
            Column.SHARPE: mean / deviation * np.sqrt(YEAR),
            Column.SORTINO: mean * np.sqrt(YEAR) / loss,
            Column.CALMAR: np.where(fall < 0, cagr / -fall, np.nan),
            Column.MAX_DRAWDOWN: fall,
            Column.BETA: (away * apart).sum(axis=1) / (apart**2).sum(axis=1),
        }


PEERS: dict[str, Callable[[Book, int], Figures]] = {
    "pandas + empyrical": with_empyrical,
    "pandas + quantstats": with_quantstats,
    "DuckDB SQL": with_duckdb,
    "numpy": with_numpy,
}

"""Facts of returns: of each client's account, adjusted for money moved in and out, and of the market's indices."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import polars as pl

from dakehu.domains.ledger.facts.windows import last_trading_days, newest_of
from dakehu.domains.ledger.feeds import reader
from dakehu.domains.ledger.models import PriceFile
from dakehu.domains.ledger.prices import returns
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import Fact, FactTable, declare
from dakehu.foundation.schema.fields import model_of

DAYS = 60
FEWEST = 20  # fewest returns from which a deviation is computed
SMALLEST = 1_000.0  # CNY on the day before, below which a return is not meaningful
LARGE, SMALL = "000300.SH", "000852.SH"  # CSI 300 and CSI 1000

ACCOUNT = (
    Fact(
        "account_return",
        "账户当日收益率",
        "Return of the account on the day",
        "share",
        help=bilingual(
            "（总资产 − 当日转入 + 当日转出）÷ 前一日总资产 − 1",
            "(Assets − moved in + moved out) ÷ assets of the day before − 1",
        ),
    ),
    Fact("account_loss", "账户当日亏损", "Loss of the account on the day", "money"),
    Fact(
        "account_sigma_60",
        "近60日波动率",
        "Deviation of 60 days",
        "share",
        help=bilingual(
            "前 60 个交易日的日收益率标准差，不含当日", "Deviation of the day's returns of the 60 trading days before"
        ),
    ),
    Fact(
        "account_drawdown_60",
        "近60日回撤",
        "Drawdown of 60 days",
        "share",
        help=bilingual(
            "现值相对近 60 日最高点的跌幅，已扣除转入转出", "Fall from the highest point of 60 days, adjusted for flows"
        ),
    ),
)
INDICES = (
    Fact("index_return", "沪深300当日涨跌幅", "CSI 300 on the day", "share"),
    Fact("index_return_5", "沪深300近5日涨跌幅", "CSI 300 over 5 days", "share"),
    Fact("small_index_return", "中证1000当日涨跌幅", "CSI 1000 on the day", "share"),
)


def load_account(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the facts of ACCOUNT for every client with a balance on the day and on the trading day before."""
    days = last_trading_days(day, DAYS + 1)
    known = reader.days_of("balances", days[0], day) if days else []
    if not known or known[-1] != day:
        return pl.DataFrame(schema={"client": pl.Int64, **dict.fromkeys(sorted(names), pl.Float64)})
    frames = (reader.frame("balances", on, ("client", "total", "deposits", "withdrawals")) for on in known)
    return account_facts(frames).select("client", *sorted(names))


def account_facts(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return the facts of ACCOUNT computed from the balances of consecutive days, the last being the day itself. Pure.

    Each frame: client, total, deposits, withdrawals (CNY). Returns of days without a balance, or after one below 1,000,
    are left out. One pass, with a few numbers kept for each client.
    """
    size, state = (
        0,
        np.zeros((6, 0)),
    )  # before, wealth, peak, count, sum and sum of squares of the returns before the last
    last = clients = np.zeros(0)
    for frame in frames:
        clients = frame["client"].to_numpy()
        wanted = int(clients.max()) + 1 if len(clients) else 0
        if wanted > size:
            fresh = np.zeros((6, wanted - size))
            fresh[0], fresh[1], fresh[2] = np.nan, 1.0, 1.0
            size, state, last = (
                wanted,
                np.hstack([state, fresh]),
                np.pad(last, (0, wanted - size), constant_values=np.nan),
            )
        total, flow = np.full(size, np.nan), np.zeros(size)
        total[clients] = frame["total"].to_numpy()
        flow[clients] = frame["deposits"].fill_null(0.0).to_numpy() - frame["withdrawals"].fill_null(0.0).to_numpy()
        is_known = np.isfinite(last)
        kept = np.where(is_known, last, 0.0)
        state[3] += is_known
        state[4] += kept
        state[5] += kept * kept
        before = np.where(state[0] >= SMALLEST, state[0], np.nan)
        last = (total - flow) / before - 1.0
        state[1] *= 1.0 + np.where(np.isfinite(last), last, 0.0)
        state[2] = np.maximum(state[2], state[1])
        state[0] = total
        lost = np.where(last < 0, -last * before, 0.0)
    if not size:
        return pl.DataFrame(schema={"client": pl.Int64, **{fact.name: pl.Float64 for fact in ACCOUNT}})
    count = np.where(state[3] >= FEWEST, state[3], np.nan)
    variance = np.maximum(state[5] - state[4] ** 2 / count, 0.0) / (count - 1)
    found = {
        "account_return": last,
        "account_loss": np.where(np.isfinite(last), lost, np.nan),
        "account_sigma_60": np.sqrt(variance),
        "account_drawdown_60": 1.0 - state[1] / state[2],
    }
    chosen = {name: values[clients] for name, values in found.items()}
    return pl.DataFrame({"client": clients.astype(np.int64), **chosen}).with_columns(
        pl.col(name).fill_nan(None) for name in found
    )


def load_indices(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the moves of the indices on the day, the same for every client."""
    wanted = {"index_return": (LARGE, 1), "index_return_5": (LARGE, 5), "small_index_return": (SMALL, 1)}
    clients = read_columns(model_of("clients.Client").objects.order_by("pk").values_list("pk"), {"client": pl.Int64})
    return clients.with_columns(
        pl.lit(returns.index_return(wanted[name][0], day, wanted[name][1]), pl.Float64).alias(name)
        for name in sorted(names)
    )


def indices_known(day: date) -> date | None:
    """Return the day if the large-cap index has a return on it, else the newest earlier day of prices, or None."""
    if returns.index_return(LARGE, day) is not None:
        return day
    files = PriceFile.objects.filter(day__lt=day).order_by("-day")
    newest: date | None = files.values_list("day", flat=True).first()
    return newest


declare(
    FactTable(
        "account_returns",
        ACCOUNT,
        load_account,
        bilingual("柜台日终资产", "End-of-day balances"),
        as_of=newest_of("balances"),
        is_daily=True,
    ),
    FactTable(
        "indices", INDICES, load_indices, bilingual("指数行情", "Prices of indices"), as_of=indices_known, is_daily=True
    ),
)

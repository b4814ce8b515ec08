"""Twelve months of daily data of the invented brokerage, as its counter would deliver them: one CSV for each feed.

Balances follow from the trades and prices of the other files; the rest is drawn from a seeded generator and laid out so
that almost every kind of moment occurs in the year.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import polars as pl

from dakehu.interfaces.cli.example import feed_contracts, feed_events, market
from dakehu.interfaces.cli.example.book import SEED as PEOPLE
from dakehu.interfaces.cli.example.people import Person, make_clients

YEAR = 250  # trading days
SEED = 20260117
NO_LOGIN = 0.07  # share of clients without a sign-in for months
IDLE_DAYS = 125  # trading days, about half a year
Table = dict[str, list[object]]


@dataclass
class Year:
    """The input of every feed. Arrays are float64 [days, clients] unless stated otherwise.

    `days` are the last trading days, `people` the clients; `prices` [days, securities], `held` shares [days, clients,
    securities], `values` the market value, `traded` the net cash of trades, `moved_in` and `moved_out` transfers,
    `cash` the balance at the end of the day.
    """

    days: list[date]
    people: list[Person]
    codes: list[str]
    prices: np.ndarray
    held: np.ndarray
    values: np.ndarray
    commission: np.ndarray
    moved_in: np.ndarray
    moved_out: np.ndarray
    cash: np.ndarray


def write_feeds(folder: Path, days: list[date], day: date) -> list[Path]:
    """Write the files of all feeds for the last year of `days`, as of `day`; return them in the order of import."""
    folder.mkdir(parents=True, exist_ok=True)
    year = _year(days, day)
    contracts = feed_contracts.Contracts.of(year.people, year.days, year.codes, year.prices)
    tables: dict[str, Table | pl.DataFrame] = {
        "日终资产": _balances(year, contracts),
        "客户活跃度": _activity(year),
        "融资融券合约": contracts.rows(),
        "新股新债中签": feed_events.allotments(year.people, year.days, year.cash),
        "证券公告": feed_events.announcements(year.days),
        "证券事件": feed_events.security_events(year.days),
        "产品事件": feed_events.product_events(year.days),
        "产品净值": feed_events.product_values(year.days, dict(zip(year.codes, year.prices.T, strict=True))),
        "产品风险等级": feed_events.product_risks(year.days),
        "业务权限": feed_events.permissions(year.people, year.days, contracts.opened()),
        "客户提醒线": feed_events.client_lines(year.people, year.days, year.codes, year.prices, year.held),
        "监管提示": feed_events.notices(year.people, year.days),
    }
    return [_write(folder / f"演示{name}.csv", table) for name, table in tables.items()]


def _write(path: Path, table: Table | pl.DataFrame) -> Path:
    frame = table if isinstance(table, pl.DataFrame) else pl.DataFrame(table, strict=False)
    frame.write_csv(path, include_bom=True, float_precision=4)
    return path


def _year(days: list[date], day: date) -> Year:
    people = make_clients(Random(PEOPLE), day)  # noqa: S311  (the clients of the workbook)
    walks = market.closing_prices(days)
    codes = [code for code, *_ in market.SECURITIES]
    prices = np.array([walks[code] for code in codes]).T
    place_of_day = {on.isoformat(): place for place, on in enumerate(days)}
    place_of_client = {person.code: place for place, person in enumerate(people)}
    place_of_code = {code: place for place, code in enumerate(codes)}
    shares = np.zeros((len(days), len(people), len(codes)))
    traded, commission = np.zeros((len(days), len(people))), np.zeros((len(days), len(people)))
    for row in market.statement(days, day):
        on, client = place_of_day[row["成交日期"]], place_of_client[row["客户号"]]
        sign = 1 if "买入" in row["买卖标志"] else -1
        shares[on, client, place_of_code[row["证券代码"]]] += sign * row["成交数量"]
        traded[on, client] += float(row["发生金额"])
        commission[on, client] += float(row["佣金"])
    held = shares.cumsum(axis=0)
    first = max(0, len(days) - YEAR)
    random = np.random.default_rng(SEED)
    values = (held * prices[:, None, :]).sum(axis=2)
    moved_in, moved_out = _transfers(random, people, values[first:])
    flow = (traded[first:] + moved_in - moved_out).cumsum(axis=0)
    spare = np.array([person.assets for person in people]) * random.uniform(0.01, 0.24, len(people))
    spare[random.random(len(people)) < 0.15] = 3_000  # those with almost no cash
    cash = spare + np.maximum(0, -flow.min(axis=0)) + flow
    return Year(
        days[first:],
        people,
        codes,
        prices[first:],
        held[first:],
        values[first:],
        commission[first:],
        moved_in,
        moved_out,
        np.round(cash, 2),
    )


def _transfers(random: np.random.Generator, people: list[Person], values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (moved in, moved out): occasional small ones, some large, and a few clients who leave step by step."""
    days, clients = values.shape
    base = np.array([person.assets for person in people])
    moved_in, moved_out = np.zeros((days, clients)), np.zeros((days, clients))
    small = random.random((days, clients))
    moved_in[small < 0.010] = 1
    moved_out[small > 0.993] = 1
    size = np.round(base * random.uniform(0.005, 0.05, (days, clients)), -2)
    moved_in, moved_out = moved_in * size, moved_out * size
    for count, moved in ((70, moved_in), (55, moved_out)):  # worth a call the same day
        at, who = random.integers(0, days, count), random.integers(0, clients, count)
        at[:4] = days - 1 - np.arange(4)
        moved[at, who] += np.round(np.maximum(500_000, base[who] * random.uniform(0.25, 0.5, count)), -3)
    for who in random.choice(clients, 14, replace=False):  # a third and more of the assets within a month
        start = int(random.integers(40, days - 12))
        for step in range(8):
            moved_out[start + step, who] += round(base[who] * 0.08, -3)
    return moved_in, moved_out


def _balances(year: Year, contracts: "feed_contracts.Contracts") -> pl.DataFrame:
    """Return a row for each client and day."""
    days, clients = year.cash.shape
    products = np.round(np.array([p.assets * (0.06 * (int(p.code[2:]) % 4)) for p in year.people]), 2)
    assets, debt = contracts.balances()
    total = year.cash + year.values + products + assets - debt
    by_shares = np.arange(days * clients).reshape(days, clients) % 6 == 0  # of every sixth transfer, securities
    columns = {
        "资金余额": year.cash,
        "证券市值": year.values,
        "产品市值": np.broadcast_to(products, total.shape),
        "信用资产": assets,
        "融资融券负债": debt,
        "总资产": total,
        "转入金额": year.moved_in,
        "转出金额": year.moved_out,
        "其中证券转入": np.where(by_shares, year.moved_in, 0.0),
        "其中证券转出": np.where(by_shares, year.moved_out, 0.0),
        "净佣金": year.commission * 0.8,
    }
    rows = pl.DataFrame(
        {
            "业务日期": np.repeat([on.isoformat() for on in year.days], clients),
            "客户号": np.tile([person.code for person in year.people], days),
            **{name: np.round(values, 2).ravel() for name, values in columns.items()},
        }
    )
    return rows.filter(pl.Series(_is_client(year).ravel()))


def _is_client(year: Year) -> np.ndarray:
    """Return on which days each client is in the balances, bool: from opening on; every other dormant client leaves."""
    days, clients = year.cash.shape
    day = np.arange(days)[:, None]
    first = np.array([sum(on < person.opened_on for on in year.days) for person in year.people])
    last = np.full(clients, days)
    for count, place in enumerate(np.flatnonzero([person.status == "休眠" for person in year.people])[::2].tolist()):
        last[place] = max(days - 70 - 15 * (count % 8), first[place] + 1)
    return (day >= np.minimum(first, days - 1)) & (day < last)


def _activity(year: Year) -> pl.DataFrame:
    """Return a row for each client who signed in or ordered on a day."""
    random = np.random.default_rng(SEED + 1)
    days, clients = year.cash.shape
    keen = random.uniform(0.05, 1.6, clients)
    logins = random.poisson(keen, (days, clients))
    quiet = random.random(clients) < NO_LOGIN
    logins[:, quiet] = 0
    woken = np.flatnonzero(quiet)[::3]
    for place, who in enumerate(woken):  # an inactive client signs in every day of a week
        start = days - 4 if place == 0 else int(random.integers(120, days - 8))
        logins[start : start + 4, who] = random.integers(1, 4)
    fading = random.choice(clients, 12, replace=False)
    logins[days // 2 :, fading] = (logins[days // 2 :, fading] * 0.15).astype(int)
    has_traded = year.commission > 0
    logins = np.maximum(logins, has_traded)
    # Clients without a trade for half a year do not sign in either; every other one of them signs in again.
    idle = np.flatnonzero(~has_traded[-IDLE_DAYS:].any(axis=0))
    logins[-IDLE_DAYS:, idle] = 0
    logins[-4:, idle[::2]] = 2
    orders = np.where(has_traded, random.integers(1, 5, (days, clients)), 0) + (random.random((days, clients)) < 0.02)
    orders = np.where(logins > 0, orders, 0)
    cancelled = np.minimum(orders, random.random((days, clients)) < 0.1)
    at, who = np.nonzero(logins)
    named, dated = np.array([p.code for p in year.people]), np.array([on.isoformat() for on in year.days])
    return pl.DataFrame(
        {
            "业务日期": dated[at],
            "客户号": named[who],
            "登录次数": logins[at, who],
            "委托笔数": orders[at, who],
            "撤单笔数": cancelled[at, who].astype(int),
        }
    )

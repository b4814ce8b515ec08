"""The desk of the nightly benchmark as it is after a nightly run: clients, trades, prices, balances; and the files of
one more day.

Written as columns, without audit and without lines of the search table. The result is the same each time.
"""

import csv
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from close_spark import PRODUCTS, day_of, trades

DAY = date(2026, 11, 27)
TRADED = 1250  # trading days of trades and prices
MANAGERS_EACH = 481  # clients per manager
WRITTEN = (
    62  # days of distinct balances, more than any averaging window covers; all earlier days repeat the first of them
)
AT_ONCE = 50_000
RISKS = ("C1", "C2", "C3", "C4", "C5")


def run_step(words: str, body: Callable[[], Any]) -> Any:
    """Run a part of the preparation and print its duration."""
    begun = time.perf_counter()
    made = body()
    print(f"  {words}: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    return made


def create_desk(count: int, days: int) -> None:
    """Write the desk as it is after a nightly run: clients with a manager each, trades, prices, balances, figures."""
    from dakehu.domains.ledger.close import run as close_run
    from dakehu.domains.ledger.trades import compaction
    from dakehu.domains.service.moments import nightly as moments
    from dakehu.domains.tiers import assign
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.calendar import trading_days
    from dakehu.foundation.installation import derived_data
    from dakehu.foundation.installation.models import InstallationRecord

    dice = np.random.default_rng(14)
    with acting_as(system_actor("benchmark", "cli")):
        calendar = trading_days.trading_days_between(DAY - timedelta(days=2 * TRADED), DAY)[-TRADED:]
        clients = run_step("clients", lambda: write_clients(dice, count))
        products, prices = run_step("prices", lambda: write_prices(dice, calendar))
        book = run_step("trades", lambda: write_trades(dice, calendar, clients, products, prices))
        run_step("compaction", compaction.compact)
        balances = run_step("balances", lambda: write_balances(dice, calendar[-days:-1], clients))
        run_step("scheme of tiers", use_scheme)
        before = calendar[-2]
        run_step("the close of the day before", lambda: close_run.close(day=before, allow_stale=30))
        print("  ", run_step("its tiers, every client for the first time", lambda: assign.run(before)), file=sys.stderr)
        fired = run_step("its moments, all for the first time", lambda: moments.run(before))
        print("  ", {name: value for name, value in fired.items() if name != "waiting"}, file=sys.stderr)
        run_step("files of the day", lambda: lay_files(dice, book, clients, products, prices[:, -1], balances))
        run_step("statistics", analyse)
        InstallationRecord.objects.update_or_create(
            name=derived_data.NAME, defaults={"value": derived_data.declarations()}
        )


def write_clients(dice: Any, count: int) -> np.ndarray:
    """Write clients, and staff with MANAGERS_EACH of them; return the ids of the clients."""
    from django.db import transaction

    from dakehu.foundation.records import bulk_columns
    from dakehu.foundation.schema.fields import model_of

    client, cover, user = model_of("clients.Client"), model_of("clients.Coverage"), model_of("team.User")
    managers = count // MANAGERS_EACH + 1
    names = [f"m{n}" for n in range(managers)]
    with transaction.atomic():
        staff = bulk_columns.insert(
            user,
            managers,
            {"username": names, "name": names, "role": ["manager"] * managers, "password": ["!"] * managers},
        )
    ids: list[int] = []
    for begin in range(0, count, AT_ONCE):
        size = min(AT_ONCE, count - begin)
        born = [
            date(1950 + int(year), 1 + int(month), 1 + int(day))
            for year, month, day in zip(
                dice.integers(0, 50, size), dice.integers(0, 12, size), dice.integers(0, 28, size), strict=True
            )
        ]
        tested = [DAY - timedelta(days=int(back)) for back in dice.integers(1, 800, size)]
        seen = [DAY - timedelta(days=int(back)) for back in dice.integers(1, 200, size)]
        with transaction.atomic():
            made = bulk_columns.insert(
                client,
                size,
                {
                    "code": [f"K{n:07}" for n in range(begin, begin + size)],
                    "name": [f"客户{n}" for n in range(begin, begin + size)],
                    "risk_level": [RISKS[n] for n in dice.integers(0, 5, size)],
                    "birth_on": born,
                    "risk_tested_on": tested,
                    "risk_valid_to": [day + timedelta(days=730) for day in tested],
                    "opened_on": [DAY - timedelta(days=int(back)) for back in dice.integers(1, 4000, size)],
                    "last_contact_on": seen,
                },
            )
            bulk_columns.insert(
                cover,
                size,
                {
                    "client_id": made,
                    "user_id": [staff[(begin + n) // MANAGERS_EACH] for n in range(size)],
                    "since": [DAY - timedelta(days=400)] * size,
                },
            )
        ids += made
    return np.array(ids, np.int64)


def write_prices(dice: Any, calendar: list[date]) -> tuple[np.ndarray, np.ndarray]:
    """Write prices of every day except the last; return (product ids, prices float64 [A, D])."""
    from django.db import transaction

    from dakehu.domains.ledger.models import PriceFile, Product, SecurityCode
    from dakehu.domains.ledger.trades import journal
    from dakehu.foundation.records import bulk_sql

    with transaction.atomic():
        made = [Product(name=f"股票{n}", kind="stock", currency="CNY", lot=1) for n in range(PRODUCTS)]
        bulk_sql.insert(Product, made)
        bulk_sql.insert(
            SecurityCode, [SecurityCode(product=p, market="SH", code=f"{600000 + n}") for n, p in enumerate(made)]
        )
        index = Product(name="沪深300", kind="index", currency="CNY", lot=1)
        bulk_sql.insert(Product, [index])
        bulk_sql.insert(SecurityCode, [SecurityCode(product=index, market="SH", code="000300")])
    ids = np.array([product.pk for product in made], np.int64)
    moves = dice.normal(0.0002, 0.02, (PRODUCTS, len(calendar)))
    prices = np.round(20 * np.exp(np.cumsum(moves, axis=1)), 2) + 0.01
    level = np.round(4000 * np.exp(np.cumsum(moves.mean(axis=0))), 2)
    files = []
    for n, day in enumerate(calendar[:-1]):
        name = journal.new_name()
        table = {"asset": [*ids, index.pk], "day": [day] * (PRODUCTS + 1), "price": [*prices[:, n], level[n]]}
        journal.write(journal.path_of(name), pa.table(table, schema=journal.PRICES))
        files.append(PriceFile(file=name, source="file", day=day, rows=PRODUCTS + 1))
    with transaction.atomic():
        bulk_sql.insert(PriceFile, files)
    return ids, prices


def write_trades(
    dice: Any, calendar: list[date], clients: np.ndarray, products: np.ndarray, prices: np.ndarray
) -> dict[str, np.ndarray]:
    """Write the trades of every day except the last, as a counter's daily files; return those of the last."""
    from dakehu.domains.ledger.trades import daily_feed

    made = trades(dice, clients, prices)
    places = np.searchsorted(made["day"], np.arange(len(calendar) + 1))
    for n, day in enumerate(calendar[:-1]):
        own = {key: column[places[n] : places[n + 1]] for key, column in made.items()}
        if len(own["day"]):
            daily_feed.import_daily_feed(source="柜台", day=day, table=day_of(own, products))
    print(f"  {len(made['day']):,} trades", file=sys.stderr)
    return {key: column[places[-2] : places[-1]] for key, column in made.items()}


def write_balances(dice: Any, days: list[date], clients: np.ndarray) -> dict[str, np.ndarray]:
    """Write the balances of every client on each day, and activity of the last thirty; return those of the last day."""
    from django.db import transaction

    from dakehu.domains.ledger.feeds.declarations import feed_of
    from dakehu.domains.ledger.feeds.storage import stored_frame
    from dakehu.domains.ledger.models import FeedFile
    from dakehu.domains.ledger.trades import journal
    from dakehu.foundation.base import clock
    from dakehu.foundation.records import bulk_sql

    size, files = len(clients), []
    worth = np.rint(np.exp(dice.normal(11.0, 1.8, size))).astype(np.int64)  # a median of 60,000 yuan
    cash = worth // 5
    for n, day in enumerate(days):
        moved = np.where(dice.random(size) < 0.01, dice.integers(-50, 60, size) * 1000, 0)
        worth = np.maximum(np.rint(worth * (1 + dice.normal(0, 0.004))).astype(np.int64) + moved, 0)
        tables = {"balances": balances_of(clients, worth, cash, moved)}
        if n >= len(days) - 30:
            tables["activity"] = activity_of(dice, clients)
        for name, table in tables.items():
            feed, file = feed_of(name), journal.new_name()
            if n < len(days) - WRITTEN and n > 0:
                journal.path_of(file).hardlink_to(journal.path_of(files[0].file))
            else:
                frame = stored_frame(feed, table)
                journal.write(journal.path_of(file), frame.to_arrow().cast(feed.schema))
            files.append(
                FeedFile(
                    feed=name, day=day, file=file, rows=size, sha256=file, source="benchmark", received_at=clock.now()
                )
            )
    with transaction.atomic():
        bulk_sql.insert(FeedFile, files)
    return {"worth": worth, "cash": cash}


def balances_of(clients: np.ndarray, worth: np.ndarray, cash: np.ndarray, moved: np.ndarray) -> pl.DataFrame:
    """Return a day of balances as they are stored: money in fen."""
    fen = 100
    return pl.DataFrame(
        {
            "client": clients,
            "cash": cash * fen,
            "securities": np.maximum(worth - cash, 0) * fen,
            "products": np.zeros(len(clients), np.int64),
            "margin_assets": np.zeros(len(clients), np.int64),
            "margin_debt": np.zeros(len(clients), np.int64),
            "total": worth * fen,
            "deposits": np.maximum(moved, 0) * fen,
            "withdrawals": np.maximum(-moved, 0) * fen,
        }
    )


def activity_of(dice: Any, clients: np.ndarray) -> pl.DataFrame:
    """Return a day of activity."""
    size = len(clients)
    return pl.DataFrame(
        {
            "client": clients,
            "logins": dice.poisson(0.4, size),
            "orders": dice.poisson(0.1, size),
            "cancelled_orders": np.zeros(size, np.int64),
        }
    )


def use_scheme() -> None:
    """Put a scheme of tiers in force, if the desk has none."""
    from dakehu.domains.tiers import schemes
    from dakehu.foundation.gates import perform
    from dakehu.foundation.schema.fields import model_of

    if schemes.find_scheme_in_force(DAY) is None:
        row = model_of("tiers.Scheme").objects.first() or perform("tiers.create_scheme", {"name": "标准"})
        perform("tiers.activate_scheme", {"scheme": row.pk, "effective_from": DAY - timedelta(days=400)})


def analyse() -> None:
    """Update the database statistics (ANALYZE)."""
    from django.db import connections

    with connections["owner" if "owner" in connections else "default"].cursor() as cursor:
        cursor.execute("ANALYZE")


def lay_files(
    dice: Any,
    book: dict[str, np.ndarray],
    clients: np.ndarray,
    products: np.ndarray,
    prices: np.ndarray,
    last: dict[str, Any],
) -> None:
    """Put the files of the day into the folder: balances, activity, trades, prices."""
    from dakehu.foundation.nightly.run import folder

    inbox, day = folder(), DAY.strftime("%Y%m%d")
    codes = pl.Series([f"K{n:07}" for n in range(len(clients))])
    moved = np.where(dice.random(len(clients)) < 0.01, dice.integers(-50, 60, len(clients)) * 1000, 0)
    worth = np.maximum(np.rint(last["worth"] * 1.002).astype(np.int64) + moved, 0)
    pl.DataFrame(
        {
            "业务日期": [DAY.isoformat()] * len(clients),
            "客户号": codes,
            "资金余额": last["cash"],
            "证券市值": np.maximum(worth - last["cash"], 0),
            "产品市值": np.zeros(len(clients), np.int64),
            "信用资产": np.zeros(len(clients), np.int64),
            "融资融券负债": np.zeros(len(clients), np.int64),
            "总资产": worth,
            "转入金额": np.maximum(moved, 0),
            "转出金额": np.maximum(-moved, 0),
        }
    ).write_csv(inbox / f"日终资产{day}.csv")
    activity = activity_of(dice, clients)
    pl.DataFrame(
        {
            "业务日期": [DAY.isoformat()] * len(clients),
            "客户号": codes,
            "登录次数": activity["logins"],
            "委托笔数": activity["orders"],
            "撤单笔数": activity["cancelled_orders"],
        }
    ).write_csv(inbox / f"客户活跃度{day}.csv")
    place = {int(client): n for n, client in enumerate(clients.tolist())}
    _write_statement(inbox / f"成交{day}.csv", book, place)
    with (inbox / f"行情{day}.csv").open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        out.writerow(["日期", "证券代码", "市场", "收盘价"])
        out.writerows(
            [DAY.isoformat(), f"{600000 + n}", "SH", f"{price:.2f}"] for n, price in enumerate(prices.tolist())
        )


def _write_statement(path: Path, book: dict[str, np.ndarray], place: dict[int, int]) -> None:
    """Write the trades of the day as a statement of many clients."""
    head = "客户号,成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号"
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        out.writerow(head.split(","))
        for nth, (client, asset, shares, price) in enumerate(
            zip(*(book[name].tolist() for name in ("client", "asset", "shares", "price")), strict=True)
        ):
            amount = round(abs(shares) * price, 2)
            fee = round(max(amount / 4000, 5), 2)
            net = -amount - fee if shares > 0 else amount - fee
            out.writerow(
                [
                    f"K{place[client]:07}",
                    DAY.strftime("%Y%m%d"),
                    f"{600000 + asset}",
                    f"股票{asset}",
                    "买入" if shares > 0 else "卖出",
                    f"{price:.2f}",
                    abs(shares),
                    f"{amount:.2f}",
                    f"{net:.2f}",
                    f"{fee:.2f}",
                    0,
                    0,
                    nth + 1,
                ]
            )

"""The close bucket by bucket: bit-identical to the close of all trades together; a damaged bucket is refused."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from dakehu.analytics import kernel, month_ends
from dakehu.domains.ledger.close import buckets as close_buckets
from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close import firm_book, history, replay
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import Bucket, Closing, Figures, Product, SecurityCode
from dakehu.domains.ledger.trades import compaction, daily_feed, journal
from dakehu.domains.ledger.trades.transaction_types import TransactionType
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import perform
from dakehu.foundation.records import bulk_sql
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system
from tests.domains.ledger.close.test_run import DAY, dealt, priced, write  # noqa: F401  # the same two clients

pytestmark = pytest.mark.django_db
DAYS = [day for day in (date(2026, 1, 5) + timedelta(n) for n in range(20)) if day.weekday() < 5]
CLIENTS, SECURITIES, EACH = 40, 9, 60


@pytest.fixture
def firm(tmp_path, settings, teams):
    """Forty clients with nine securities, one of them in dollars, in random daily files from a seed; in small buckets."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    chance, client = np.random.default_rng(7), model_of("clients.Client")
    with as_system():
        bulk_sql.insert(client, [client(code=f"DK{n:04}", name=f"客户{n}") for n in range(CLIENTS)])
        kinds = ["stock"] * 6 + ["fund", "bond", "stock"]
        products = [
            Product(name=f"证券{n}", kind=kind, currency="USD" if n == SECURITIES - 1 else "CNY", lot=1)
            for n, kind in enumerate(kinds)
        ]
        bulk_sql.insert(Product, [*products, Product(name="美元", kind="rate", currency="CNY", lot=1)])
        rate = Product.objects.get(name="美元").pk
        bulk_sql.insert(SecurityCode, [SecurityCode(product_id=rate, market="FX", code="USDCNY")])
        owners, ids = (
            np.array(model.objects.order_by("pk").values_list("pk", flat=True)) for model in (client, Product)
        )
        for day in DAYS:
            prices = {int(pk): float(np.round(chance.uniform(5, 50), 2)) for pk in ids[:SECURITIES]} | {rate: 7.1}
            close_inputs.import_prices(source="行情", day=day, prices=prices)
            daily_feed.import_daily_feed(source="柜台", day=day, table=a_day(chance, owners, ids[:SECURITIES]))


def a_day(chance, owners, ids) -> pa.Table:
    shares, price = chance.integers(-20, 50, EACH) * 100 + 50, np.round(chance.uniform(5, 50, EACH), 2)
    amount = np.rint(np.abs(shares) * price * 100).astype(np.int64)
    is_bought, none = shares > 0, np.zeros(EACH, np.int64)
    columns = dict.fromkeys(daily_feed.COLUMNS.names, none) | {
        "client": chance.choice(owners, EACH),
        "asset": chance.choice(ids, EACH),
        "side": np.where(is_bought, int(TransactionType.BUY), int(TransactionType.SELL)),
        "quantity": shares * 1000,
        "price": price,
        "amount": amount,
        "net": np.where(is_bought, -amount, amount) - 500,
        "commission": none + 500,
        "currency": ["CNY"] * EACH,
        "ref": [""] * EACH,
    }
    return pa.table({f.name: pa.array(columns[f.name], f.type) for f in daily_feed.COLUMNS}, schema=daily_feed.COLUMNS)


@pytest.mark.usefixtures("firm")
def test_many_buckets_give_the_bits_that_all_trades_at_once_give(monkeypatch):
    monkeypatch.setattr(compaction, "ROWS", 100)
    with as_system():
        report = close_run.close(day=DAYS[-1])
        trades = close_inputs.arrays_for_close(DAYS[-1])
        prices = close_inputs.price_matrix(trades.assets, firm_book.calendar_of(trades.day, DAYS[-1]))
        book = firm_book.book_of(trades, prices)
        name = Closing.objects.get().file
        assert Bucket.objects.count() > 5 and report["clients"] == Figures.objects.count() == CLIENTS
    whole, ends = kernel.compute(book), month_ends.compute(book)
    clients, figures, months = close_chunks.read_with_months(history.path_of(name))
    assert clients.tolist() == trades.clients.tolist()
    assert figures.values.tobytes() == whole.values.tobytes() and figures.reasons.tobytes() == whole.reasons.tobytes()
    assert months.values.tobytes() == ends.values.tobytes() and months.flows.tobytes() == ends.flows.tobytes()
    held = replay.replay_book(trades.clients, trades.assets, book).on(DAYS[-1])
    assert held.height and pl.read_parquet(history.holdings_path_of(name)).equals(held)
    assert not list(history.path_of(name).parent.glob("*/")), "the folder of the close goes once it is published"


@pytest.mark.usefixtures("dealt", "priced")
def test_a_damaged_bucket_is_named_and_nothing_is_published():
    with as_system():
        compaction.compact()
        file = Bucket.objects.get().file
        whole = journal.path_of(file).read_bytes()
        journal.path_of(file).write_bytes(whole[:-9] + b"?" + whole[-8:])
        with pytest.raises(Refused, match=file):
            close_run.close(day=DAY)
        assert not Figures.objects.exists() and not Closing.objects.exists()
        journal.path_of(file).write_bytes(whole)
        assert close_run.close(day=DAY)["published"]


@pytest.mark.usefixtures("priced")
def test_a_client_merged_while_trades_are_compacted_is_closed_as_one(dealt, monkeypatch, lin, tmp_path):  # noqa: F811
    compact, seen = compaction.compact, []

    def merged_meanwhile():
        seen.append(compact())
        if len(seen) == 1:
            with acting(lin):
                perform("clients.merge", {"client": "C0001", "other": "C0009"})
        return seen[-1]

    with acting(lin):
        perform("clients.create", {"code": "C0009", "name": "张三三"})
        later = write(tmp_path / "九.csv", "20240108,510500,500ETF,买入,5,100,500,-505,5,0,0,7")
        imports.run_import(later, client="C0009")
    monkeypatch.setattr(compaction, "compact", merged_meanwhile)
    with as_system():
        report = close_run.close(day=DAY)
        assert (report["clients"], len(seen)) == (2, 2)
        assert str(Figures.objects.get(client=dealt[0]).market_value) == "6600.00"


@pytest.mark.usefixtures("priced")
def test_a_trade_registered_during_the_close_counts_in_the_next(dealt, monkeypatch, lin, tmp_path):  # noqa: F811
    surveyed = close_buckets.write_plan

    def imported_meanwhile(folder, plan):
        surveyed(folder, plan)
        with acting(lin):
            imports.run_import(
                write(tmp_path / "晚.csv", "20240109,000878,云南铜业,买入,12,100,1200,-1205,5,0,0,8"), client="C0001"
            )

    monkeypatch.setattr(close_buckets, "write_plan", imported_meanwhile)
    with as_system():
        close_run.close(day=DAY)
        assert str(Figures.objects.get(client=dealt[0]).market_value) == "6000.00"
    monkeypatch.setattr(close_buckets, "write_plan", surveyed)
    with as_system():
        assert not close_run.close(day=DAY)["unchanged"]
        assert str(Figures.objects.get(client=dealt[0]).market_value) == "7200.00"

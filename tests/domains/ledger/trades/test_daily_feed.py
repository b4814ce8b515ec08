"""A counter system's business day is imported completely, once, and again after a correction."""

from datetime import date

import pyarrow as pa
import pytest

from dakehu.domains.ledger.models import Product, TradeBatch
from dakehu.domains.ledger.trades import compaction, daily_feed, reader
from dakehu.domains.ledger.trades.transaction_types import TransactionType
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import Refused
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
DAY = date(2026, 11, 20)


@pytest.fixture
def counter(tmp_path, settings, zhang, qian):
    """A day of Zhang buying and Qian selling one share: the counter's data as a table."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    with as_system(), act("test.products"):
        product = Product(name="云南铜业", kind="stock", currency="CNY", lot=1)
        product.save()
    rows = [
        {"client": zhang.pk, "side": TransactionType.BUY, "quantity": 100_000, "amount": 100_000, "net": -100_500},
        {"client": qian.pk, "side": TransactionType.SELL, "quantity": -100_000, "amount": 110_000, "net": 109_500},
    ]
    same = {
        "asset": product.pk,
        "price": 10.0,
        "commission": 500,
        "stamp": 0,
        "transfer": 0,
        "other": 0,
        "time": 34200,
        "currency": "CNY",
        "ref": "",
    }
    return pa.Table.from_pylist([{**same, **row} for row in rows], schema=daily_feed.COLUMNS)


def import_file(table, day=DAY, source="柜台"):
    with as_system():
        return daily_feed.import_daily_feed(source=source, day=day, table=table)


def dealt():
    with as_system():
        return reader.all_trades()


def test_a_day_is_taken_in_and_everybody_gets_their_own(counter, lin, zhang, qian):
    assert import_file(counter) == {"rows": 2, "unchanged": False}
    assert dealt()["net"].to_pylist() == [-100_500, 109_500]
    with acting(lin):
        assert reader.trades_of_clients([zhang.pk, qian.pk])["client"].to_pylist() == [zhang.pk]


def test_the_same_day_again_changes_nothing(counter):
    import_file(counter)
    before = dealt()
    assert import_file(counter) == {"rows": 2, "unchanged": True}
    assert dealt().equals(before) and TradeBatch.objects.count() == 1


def test_a_corrected_day_takes_the_place_of_what_was_there_before_and_after_compaction(counter):
    import_file(counter)
    import_file(counter.slice(0, 1))
    assert dealt()["net"].to_pylist() == [-100_500]
    with as_system():
        compaction.compact()
    import_file(counter)
    assert dealt()["net"].to_pylist() == [-100_500, 109_500]
    with as_system():
        compaction.compact()
    assert dealt()["net"].to_pylist() == [-100_500, 109_500]


def test_two_sources_and_two_days_stand_beside_each_other(counter):
    import_file(counter)
    import_file(counter, source="期权柜台")
    import_file(counter, day=date(2026, 11, 19))
    assert dealt().num_rows == 6


def test_rows_that_do_not_reconcile_are_named_and_nothing_is_taken_in(counter):
    net = pa.array([-100_500, 109_501])
    wrong = counter.set_column(counter.schema.get_field_index("net"), "net", net)
    with pytest.raises(Refused, match=r"第 2 行|such as 2"):
        import_file(wrong)
    assert dealt().num_rows == 0 and not TradeBatch.objects.exists()

"""Feeds are stored as one file a day, and read as frames of ids, yuan and days."""

from datetime import date, timedelta

import polars as pl
import pytest

from dakehu.domains.ledger.feeds import reader, storage
from dakehu.domains.ledger.models import FeedFile, Product
from dakehu.domains.ledger.trades import compaction, journal
from dakehu.foundation.actions.registry import act
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MON, TUE, WED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


@pytest.fixture(autouse=True)
def own_home(tmp_path, settings):
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()


def store(feed, days):
    with as_system():
        return storage.import_feed(
            feed=feed, days={day: pl.DataFrame(rows) for day, rows in days.items()}, source="t.csv"
        )


def balance(client, total, **more):
    return {"client": client.pk, "cash": 0, "securities": total * 100, "total": total * 100, **more}


def test_a_day_is_read_in_yuan_and_another_day_is_empty(zhang, qian):
    store("balances", {MON: [balance(zhang, 1200, deposits=550), balance(qian, 7, deposits=None)]})
    with as_system():
        assert reader.frame("balances", MON, ["client", "total", "deposits"]).rows() == [
            (zhang.pk, 1200.0, 5.5),
            (qian.pk, 7.0, None),
        ]
        assert reader.frame("balances", TUE).is_empty()
        assert reader.newest_day("balances", TUE) == MON and reader.newest_day("activity") is None


def test_a_snapshot_holds_until_the_next(zhang):
    line = {"client": zhang.pk, "contract": "A1", "ends_on": WED, "debt": 100, "ratio": 1.45}
    store("margin_contracts", {MON: [line], WED: [line | {"ratio": 1.3}]})
    with as_system():
        assert reader.frame("margin_contracts", TUE)["ratio"].to_list() == [1.45]
        assert reader.frame("margin_contracts", WED)["ratio"].to_list() == [1.3]


def test_an_event_is_known_from_its_day_and_as_the_newest_file_says_it(zhang):
    won = {"client": zhang.pk, "code": "787001", "won_on": MON, "quantity": 500.0, "amount_due": 985000, "pay_by": WED}
    store("allotments", {MON: [won | {"paid": False}], TUE: [won | {"paid": True}]})
    with as_system():
        assert reader.frame("allotments", date(2026, 11, 22)).is_empty()
        assert reader.frame("allotments", MON, ["amount_due", "paid"]).rows() == [(9850.0, False)]
        assert reader.frame("allotments", WED, ["paid", "known_on"]).rows() == [(True, TUE)]


def test_days_are_summed_and_counted_for_each_client(zhang, qian):
    store("balances", {MON: [balance(zhang, 10), balance(qian, 5)], TUE: [balance(zhang, 30, commission=200)]})
    with as_system():
        found = reader.sums("balances", [MON, TUE, WED], ["total", "commission"])
        assert found.rows() == [(zhang.pk, 40.0, 2.0, 2), (qian.pk, 5.0, None, 1)]
        assert reader.series("balances", MON, WED, ["client", "total"]).rows() == [
            (MON, zhang.pk, 10.0),
            (MON, qian.pk, 5.0),
            (TUE, zhang.pk, 30.0),
        ]
        assert reader.last_days("balances", WED, "total", MON).rows() == [(zhang.pk, TUE), (qian.pk, MON)]


def test_the_same_day_again_changes_nothing_and_a_corrected_one_replaces_it(zhang, qian):
    first = store("balances", {MON: [balance(zhang, 10), balance(qian, 5)]})
    assert (first["created"], first["days"]) == (2, 1)
    again = store("balances", {MON: [balance(qian, 5), balance(zhang, 10)]})
    assert (again["unchanged"], again["days"], again["same"]) == (2, 0, 1)
    corrected = store("balances", {MON: [balance(zhang, 11), balance(qian, 5)]})
    assert (corrected["updated"], corrected["unchanged"], corrected["days"]) == (1, 1, 1)
    with as_system():
        assert FeedFile.objects.get(feed="balances", day=MON).unchanged == 1
        assert reader.frame("balances", MON)["total"].to_list() == [11.0, 5.0]


def test_what_a_merged_client_had_counts_to_the_one_that_remains(zhang, lin):
    with acting(lin):
        other = perform("clients.create", {"name": "张三", "code": "C0009", "anyway": True})
    store("balances", {MON: [balance(zhang, 10, cash=100), balance(other, 5)]})
    with acting(lin):
        perform("clients.merge", {"client": zhang.pk, "other": other.pk})
    with as_system():
        assert reader.frame("balances", MON, ["client", "cash", "total"]).rows() == [(zhang.pk, 1.0, 15.0)]
        assert reader.sums("balances", [MON], ["total"]).rows() == [(zhang.pk, 15.0, 1)]


def test_a_product_stands_by_its_number(zhang):
    with as_system(), act("test.products"):
        product = Product(name="云南铜业", kind="stock", currency="CNY", lot=1)
        product.save()
    store("product_navs", {MON: [{"product": product.pk, "nav": 1.02}]})
    with as_system():
        assert reader.frame("product_navs", MON, ["product", "nav"]).rows() == [(product.pk, 1.02)]


def test_the_sweep_of_the_journal_keeps_registered_files_and_deletes_replaced_ones(zhang, monkeypatch):
    store("balances", {MON: [balance(zhang, 10)]})
    with as_system():
        old = journal.path_of(FeedFile.objects.get().file)
    store("balances", {MON: [balance(zhang, 11)]})
    monkeypatch.setattr(compaction, "LATE", timedelta(0))
    with as_system():
        assert compaction.delete_superseded_files() == 1
        assert not old.exists() and reader.frame("balances", MON)["total"].to_list() == [11.0]
        assert compaction.find_missing_files() == []

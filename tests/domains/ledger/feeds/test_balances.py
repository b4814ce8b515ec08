"""The newest balance of each client: averages, list filters, and the client's assets updated from it."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from dakehu.domains.ledger.feeds import storage
from dakehu.domains.ledger.models import DailyBalance
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import act
from dakehu.foundation.actions.reversal import revert
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.domains.ledger.feeds.test_reader import balance, store

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MON, TUE, WED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


@pytest.fixture(autouse=True)
def own_home(tmp_path, settings):
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()


def row_of(client):
    with as_system():
        return DailyBalance.objects.get(client=client)


def assets_of(client):
    with as_system():
        client.refresh_from_db()
    return client.assets, client.assets_on, client.assets_source


def test_averages_count_the_days_that_have_come_and_a_client_who_is_absent_as_nothing(zhang, qian):
    store("balances", {MON: [balance(zhang, 100)], TUE: [balance(zhang, 300), balance(qian, 50)]})
    assert row_of(zhang).total == 300 and row_of(zhang).total_20 == 200 and row_of(zhang).total_60 == 200
    assert row_of(qian).total_20 == 25 and row_of(qian).day == TUE


def test_net_inflow_is_deposits_less_withdrawals_and_missing_where_the_file_has_neither(zhang, qian):
    store("balances", {MON: [balance(zhang, 9, deposits=500, withdrawals=None)]})
    store("balances", {TUE: [balance(zhang, 9, withdrawals=100), balance(qian, 9)]})
    assert (row_of(zhang).net_inflow, row_of(zhang).net_inflow_20) == (Decimal("-1.00"), Decimal("4.00"))
    assert row_of(qian).net_inflow is None


def test_logins_are_counted_over_thirty_days_and_missing_without_the_feed(zhang, qian):
    store("balances", {TUE: [balance(zhang, 1), balance(qian, 1)]})
    assert row_of(zhang).logins_30 is None
    old = TUE - timedelta(days=30)
    day = {"client": zhang.pk, "logins": 2, "orders": 1}
    store("activity", {old: [day], MON: [day], TUE: [day]})
    assert (row_of(zhang).logins_30, row_of(zhang).orders_30, row_of(qian).logins_30) == (4, 2, 0)


def test_assets_follow_the_newest_balance_and_say_so(zhang, lin):
    store("balances", {TUE: [balance(zhang, 300)]})
    assert assets_of(zhang) == (300, TUE, "feed")
    store("balances", {MON: [balance(zhang, 100)]})
    assert assets_of(zhang) == (300, TUE, "feed")
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "assets": "500"})
    assert assets_of(zhang)[2] == ""


def test_a_figure_entered_for_a_later_day_is_not_overwritten(zhang, lin):
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "assets": "888", "assets_on": WED.isoformat()})
    made = store("balances", {TUE: [balance(zhang, 300)]})
    assert (made["followed"], made["kept"]) == (0, 1) and assets_of(zhang) == (888, WED, "")
    assert row_of(zhang).total == 300
    made = store("balances", {WED: [balance(zhang, 310)]})
    assert (made["followed"], made["kept"]) == (1, 0) and assets_of(zhang) == (310, WED, "feed")


def test_what_was_entered_comes_back_when_the_feed_is_taken_back(zhang, lin):
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "assets": "888", "assets_on": MON.isoformat()})
    with as_system(), act("test.import"), undo.recording_undo() as log:
        storage.import_feed(feed="balances", days={TUE: pl.DataFrame([balance(zhang, 300)])}, source="t.csv")
    assert assets_of(zhang) == (300, TUE, "feed")
    with as_system(), act("test.undo"):
        revert(log)
    assert assets_of(zhang) == (888, MON, "")
    with as_system():
        assert not DailyBalance.objects.exists()


def test_lists_filter_and_show_the_newest_balance_of_those_in_reach(zhang, qian, lin):
    store("balances", {TUE: [balance(zhang, 300), balance(qian, 900)]})
    with acting(lin):
        rows = ask("clients.list", {"filters": {"balance__total.gt": 100}})["rows"]
        assert [(row["code"], row["balance__total"]) for row in rows] == [("C0001", "300.00")]
        assert not ask("clients.list", {"filters": {"balance__total.gt": 300}})["rows"]


def test_the_long_average_reaches_further_back_than_the_short_one(zhang):
    store("balances", {date(2026, 9, 21): [balance(zhang, 100)], TUE: [balance(zhang, 300)]})
    assert (row_of(zhang).total_20, row_of(zhang).total_60) == (300, 200)

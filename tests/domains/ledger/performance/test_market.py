"""Market queries: within scope, without sums, and with the back-test of their forecast band."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import PriceFile, Product, SecurityCode
from dakehu.domains.ledger.trades import journal
from dakehu.exchange.imports import service as imports
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask
from dakehu.foundation.records.bulk import record_columns
from tests.cast import acting, as_system
from tests.domains.ledger.trades.test_compaction import BUY, FUND, SELL, statement

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
DAY = date(2024, 12, 31)


@pytest.fixture
def market(tmp_path, settings, lin, wang, zhang, qian):
    """Zhang holds copper, Qian a fund; 300 days of an index and of their securities, and a close."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    settings.BENCHMARK = "000300.SH"
    with acting(lin):
        imports.run_import(statement(tmp_path, "张.csv", BUY, SELL), client="C0001")
    with acting(wang):
        imports.run_import(statement(tmp_path, "钱.csv", FUND), client="C0002")
    with as_system(), act("test.index"):
        index = Product(name="沪深300", kind="index", currency="CNY", lot=1)
        index.save()
        SecurityCode(product=index, market="SH", code="000300").save()
    copper, fund = (SecurityCode.objects.get(code=code).product_id for code in ("000878", "510500"))
    days = list(trading_days.trading_days_between(date(2023, 9, 1), DAY))
    levels = 3000 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.01, len(days))))
    steps = np.arange(len(days))
    series = {index.pk: levels, copper: 10 + steps * 0.01, fund: 6 - steps * 0.001}
    name = journal.new_name()  # all days in one file, for speed; each is named in the register
    register = {"file": [name], "source": ["行情"], "rows": [3]}
    table = {
        "asset": np.repeat(list(series), len(days)),
        "day": days * 3,
        "price": np.concatenate(list(series.values())),
    }
    with as_system(), act("test.prices"):
        journal.write(journal.path_of(name), pa.table(table, schema=journal.PRICES))
        record_columns(
            PriceFile, len(days), {"day": days, **{key: value * len(days) for key, value in register.items()}}
        )
    with as_system():
        close_run.close(day=DAY)
    return days, levels


def test_an_index_comes_with_its_band_and_the_record_of_such_bands(market, lin):
    days, levels = market
    with acting(lin):
        report = ask("ledger.market_index", {"horizon": 10})
    assert (report["index"], report["name"], report["day"][-1]) == ("000300.SH", "沪深300", DAY.isoformat())
    assert report["level"] == pytest.approx(levels.tolist()) and len(report["day"]) == len(days)
    assert len(report["band"]["rows"]) == 11 and report["band"]["rows"][0] == pytest.approx([levels[-1]] * 5)
    assert report["band"]["rows"][10][2] == pytest.approx(levels[-1])  # the middle is today: no direction is forecast
    assert report["record"]["origins"] == len(range(250, len(days) - 10, 10)) and 0 <= report["record"]["outer"] <= 1
    assert report["volatility_20"][-1] > 0 and report["change"] == pytest.approx(levels[-1] / levels[-2] - 1)


def test_breadth_is_that_of_the_clients_in_sight_and_tells_weights_only(market, lin, wang, he):
    with acting(lin):
        mine = ask("ledger.market_breadth", {})
    assert (mine["clients"], mine["securities"], mine["rose"], mine["fell"]) == (1, 1, 1, 0)
    assert [(row["code"], row["weight"], row["clients"]) for row in mine["holdings"]] == [("000878", 1.0, 1)]
    with acting(wang):
        assert [row["code"] for row in ask("ledger.market_breadth", {})["holdings"]] == ["510500"]
    with acting(he):
        whole = ask("ledger.market_breadth", {})
    assert (whole["clients"], whole["securities"], whole["rose"], whole["fell"]) == (2, 2, 1, 1)
    assert sum(row["weight"] for row in whole["holdings"]) == pytest.approx(1)
    assert whole["above_20"] == 0.5 and whole["above_250"] == 0.5 and (whole["highs"], whole["lows"]) == (1, 1)
    assert not {"value", "worth", "quantity"} & set(whole["holdings"][0])


def test_an_index_nobody_has_prices_of_is_refused_with_those_there_are(market, lin):
    with acting(lin), pytest.raises(Refused, match=r"000300\.SH"):
        ask("ledger.market_index", {"index": "999999.SZ"})
    with acting(lin), pytest.raises(Refused):
        ask("ledger.market_index", {"horizon": 500})


def test_an_empty_desk_has_no_market_and_says_nothing_wrong(lin):
    with acting(lin):
        assert ask("ledger.market_index", {})["index"] is None
        assert ask("ledger.market_breadth", {})["securities"] == 0


def test_each_class_has_its_own_breadth(market, lin, he):
    with acting(he):
        classes = {row["kind"]: row for row in ask("ledger.market_breadth", {})["classes"]}
    assert {(row["rose"], row["fell"], row["above_60"]) for row in classes.values()} == {(1, 0, 1.0), (0, 1, 0.0)}
    assert sum(row["weight"] for row in classes.values()) == pytest.approx(1)
    with acting(lin):
        assert len(ask("ledger.market_breadth", {})["classes"]) == 1


def test_the_volatility_of_the_book_is_that_of_the_clients_in_sight(market, lin, an, zhou):
    with acting(lin):
        mine = ask("ledger.book_volatility", {})
    assert mine["clients"] == 1 and mine["covered"] == 1 and 0 < mine["now"] < 0.02 and mine["days_250"] > 0
    assert len(mine["day"]) == len(mine["weighted"]) == 250
    assert "value" not in mine
    with acting(zhou):
        assert ask("ledger.book_volatility", {})["clients"] == 1


def test_the_band_of_a_client_stands_around_todays_value(market, lin, wang):
    with acting(lin):
        found = ask("ledger.worth_band", {"client": "C0001", "horizon": 10})
    assert found["value"] > 0 and [row["days"] for row in found["bands"]] == [1, 5, 10]
    assert all(row["low"] <= row["lower"] <= found["value"] <= row["upper"] <= row["high"] for row in found["bands"])
    with acting(lin), pytest.raises(Refused):
        ask("ledger.worth_band", {"client": "C0001", "horizon": 61})
    with acting(wang), pytest.raises(Refused):
        ask("ledger.worth_band", {"client": "C0001"})


def test_holdings_priced_for_less_than_a_year_get_no_band(market, wang, monkeypatch):
    monkeypatch.setattr("dakehu.domains.ledger.performance.book_moves.BACK", 100)
    with acting(wang):
        found = ask("ledger.worth_band", {"client": "C0002"})
    assert found["bands"] == [] and found["record"]["origins"] == 0

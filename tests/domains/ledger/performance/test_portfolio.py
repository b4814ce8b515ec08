"""A client's positions and growth, and every figure explained by its rows."""

import re
from datetime import date, timedelta

import numpy as np
import pytest

from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.performance.explanations import registry as explanations
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask
from dakehu.interfaces.cli.example import market
from tests.architecture.pages import browser_of
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

DAYS = [day for day in (date(2026, 1, 5) + timedelta(n) for n in range(120)) if day.weekday() < 5]


@pytest.fixture
def invested(tmp_path, settings, lin, zhang):
    """Zhang San with the trades of an invented active client, their prices, and a close."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    rows = market.statement(DAYS, DAYS[-1] + timedelta(days=1))
    busy = max({row["客户号"] for row in rows}, key=lambda code: sum(row["客户号"] == code for row in rows))
    kept = [{**row, "客户号": "C0001"} for row in rows if row["客户号"] == busy]
    with as_system():
        imports.run_import(market._write(tmp_path / "交割单.csv", market.HEADINGS, kept))
        imports.run_import(market.write_prices(tmp_path / "行情.csv", DAYS))
        close_run.close(day=DAYS[-1])
    return zhang


def test_every_figure_that_is_taken_apart_comes_to_the_published_number(lin, invested):
    with acting(lin):
        published = ask("ledger.figures", {"client": "C0001"})
        compared = 0
        for name in explanations.EXPLANATIONS:
            report = ask("ledger.explanation", {"client": "C0001", "figure": name})
            assert report["label"] and report["as_of"] == DAYS[-1].isoformat()
            if published[name] is None:
                assert report["number"] is None and report["reason"] == published["reasons"][name] and report["why"]
                continue
            if name in close_rows.DAYS or name in close_rows.COUNTS:
                assert report["number"] == (
                    published[name] if isinstance(published[name], int) else str(published[name])
                )
            else:
                places = 0.005000001 if name in (*close_rows.MONEY, "net_inflow") else 5.1e-9
                assert report["number"] == pytest.approx(float(published[name]), abs=places), name
            assert report["rows"] or report["why"]
            compared += 1
    assert compared >= 30


def test_the_present_values_of_the_money_weighted_rate_add_up_to_nothing(lin, invested):
    with acting(lin):
        report = ask("ledger.explanation", {"client": "C0001", "figure": "xirr"})
    assert sum(row["present"] for row in report["rows"]) == pytest.approx(0.0, abs=0.05)


def test_holdings_weigh_one_together_and_add_up_to_the_market_value(lin, invested):
    with acting(lin):
        report = ask("ledger.portfolio", {"client": "C0001"})
        published = ask("ledger.figures", {"client": "C0001"})
    assert sum(row["weight"] for row in report["holdings"]) == pytest.approx(1.0)
    assert sum(row["value"] for row in report["holdings"]) == pytest.approx(float(published["market_value"]), abs=0.01)
    profit = (
        sum(row["profit"] for row in report["holdings"]) + float(published["realised"]) + float(published["income"])
    )
    assert profit == pytest.approx(float(published["profit"]), abs=0.02)
    assert report["line"]["growth"][-1] - 1 == pytest.approx(float(published["twr"]), abs=1e-8)
    assert min(report["line"]["drawdown"]) == pytest.approx(float(published["max_drawdown"]), abs=1e-8)
    assert report["line"]["index"][0] == 1.0 and report["line"]["index_name"] == "演示基准指数"
    assert all(row["days"] >= 0 and row["since"] <= report["as_of"] for row in report["holdings"])


def test_a_reader_to_whom_money_is_masked_sees_shares_and_no_sums(an, invested):
    with acting(an):
        report = ask("ledger.portfolio", {"client": "C0001"})
        assert report["hidden"] and report["flows"] == [] and report["holdings"][0]["weight"] > 0
        assert all(row[name] is None for row in report["holdings"] for name in ("quantity", "value", "cost", "profit"))
        taken = ask("ledger.explanation", {"client": "C0001", "figure": "market_value"})
        assert taken["number"] is None and taken["rows"] == [] and taken["inputs"] == {}


def test_nobody_explains_the_money_of_a_client_out_of_sight(wang, invested):
    with acting(wang), pytest.raises(Refused):
        ask("ledger.portfolio", {"client": "C0001"})
    assert browser_of(wang).get(f"/clients/{invested.pk}/figures/twr").status_code == 404


def test_an_unknown_figure_is_refused_with_those_there_are(lin, invested):
    with acting(lin), pytest.raises(Refused, match="market_value"):
        ask("ledger.explanation", {"client": "C0001", "figure": "luck"})


def test_the_page_shows_figures_holdings_trades_and_the_arithmetic(lin, invested):
    browser = browser_of(lin)
    first = browser.get(f"/clients/{invested.pk}/?tab=money&page=2").content.decode()
    assert (
        "资金加权收益率" in first and "计算过程" in first and f'hx-get="/clients/{invested.pk}/money?page=2"' in first
    )
    rest = browser.get(f"/clients/{invested.pk}/money").content.decode()
    assert "时间加权收益率" in rest and "money-line" in rest and "演示" in rest
    assert '<span id="line-profit" hx-swap-oob="true">' in rest and "sparkline" in rest
    taken = browser.get(f"/clients/{invested.pk}/figures/profit")
    assert taken.status_code == 200 and "转入" in taken.content.decode() and "市值 − 净转入" in taken.content.decode()


def test_every_figure_opens_with_words_for_every_number_in_it(lin, invested):
    browser = browser_of(lin)
    for name in explanations.EXPLANATIONS:
        page = browser.get(f"/clients/{invested.pk}/figures/{name}").content.decode()
        heads = re.findall(r"<li>\s*<span>(.*?) = |<th scope=\"col\"(?: class=\"num\")?>(.*?)</th>", page)
        assert heads or "因此是 0" in page, name
        assert not [one for pair in heads for one in pair if "_" in one], (name, heads)
        assert not re.search(r">nan|>inf", page), name


def test_long_explanations_come_by_the_page_and_name_the_index(lin, invested, settings):
    page = browser_of(lin).get(f"/clients/{invested.pk}/figures/beta").content.decode()
    assert "演示基准指数" in page and "偏差之积合计" in page
    assert "1 / " not in page
    with acting(lin):
        rows = ask("ledger.explanation", {"client": "C0001", "figure": "xirr_roots"})["rows"]
    assert sum(row["root"] for row in rows) == 1


def test_a_client_without_trades_is_told_how_to_get_them(lin, zhang):
    page = browser_of(lin).get(f"/clients/{zhang.pk}/money").content.decode()
    assert "还没有成交" in page


def test_what_stands_below_the_figures_is_not_for_those_who_may_not_see_the_client(wang, he, invested):
    assert browser_of(wang).get(f"/clients/{invested.pk}/money").status_code == 404
    assert browser_of(he).get(f"/clients/{invested.pk}/money").status_code == 200


def test_prices_are_carried_forward_from_the_last_known_and_missing_before_the_first(tmp_path, settings):
    settings.DAKEHU_HOME = tmp_path
    with as_system():
        for day, prices in ((date(2026, 1, 6), {1: 10.0}), (date(2026, 1, 8), {1: 11.0, 2: 5.0})):
            close_inputs.import_prices(source="test", day=day, prices=prices)
        days = np.array([(date(2026, 1, n) - close_inputs.EPOCH).days for n in (5, 6, 7, 8, 9)], np.int32)
        prices = close_inputs.price_matrix(np.array([1, 2, 3]), days)
    nan = np.nan
    np.testing.assert_array_equal(prices.matrix, [[nan, 10, 10, 11, 11], [nan, nan, nan, 5, 5], [nan] * 5])
    known = np.where(prices.as_of < 0, -1, prices.as_of - days[0])
    assert known.tolist() == [[-1, 1, 1, 3, 3], [-1, -1, -1, 3, 3], [-1] * 5]


def numbers_in(value, found=None):
    """Return every number in an answer, at any depth."""
    found = [] if found is None else found
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("id", "row_version", "days", "count", "client"):
                numbers_in(inner, found)
    elif isinstance(value, list):
        for inner in value:
            numbers_in(inner, found)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        found.append(float(value))
    return found


def test_no_product_of_two_numbers_that_the_analyst_sees_is_a_masked_one(lin, an, invested):
    with acting(lin):
        own = ask("ledger.portfolio", {"client": "C0001"})
        masked = [abs(row["value"]) for row in own["holdings"] if row["value"]]
        masked.append(sum(masked))
    with acting(an):
        seen = ask("ledger.portfolio", {"client": invested.pk})
        trades = ask("ledger.trades", {"client": invested.pk, "limit": 300})
        trips = ask("ledger.round_trips", {"client": invested.pk})
        positions = ask("ledger.positions", {"client": invested.pk})
    assert all(row["quantity"] is None for row in (*positions, *trips["open_positions"], *seen["holdings"]))
    assert all(row[name] is None for row in trades["rows"] for name in ("quantity", "price", "amount", "net", "fee"))
    assert set(seen["line"]["flow"]) <= {-1.0, 0.0, 1.0}
    shown = {round(abs(n), 6) for n in numbers_in([seen["holdings"], trades, trips, positions]) if n}
    products = [a * b for a in shown for b in shown]
    assert [worth for worth in masked if any(abs(p - worth) < 0.005 for p in products)] == []


def test_the_analysts_page_and_report_tell_no_quantity(lin, an, invested):
    from dakehu.exchange.reports.content import report_content

    with acting(an):
        report = report_content(invested)
    assert {row["cells"][0] for row in report["holdings"]} == {"–"}
    assert {cell for row in report["trades"] for cell in row[4:]} == {"–"}

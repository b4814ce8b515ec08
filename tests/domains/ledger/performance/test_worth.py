"""A client has one worth with its date and source, and a sentence if another figure differs."""

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from dakehu.domains.clients.models import Client
from dakehu.domains.ledger.performance.worth import Worth, compare_worth
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.architecture.pages import browser_of
from tests.cast import acting
from tests.domains.ledger.performance.test_portfolio import DAYS, invested  # noqa: F401  (the fixture)

TABS = ("overview", "basic", "money", "investments", "service", "needs", "plans", "relations")
WORTHS = ("资产规模", "持仓市值", "登记投资市值")


def stated(value):
    return Worth("stated", Decimal(value), date(2026, 11, 20))


def held(value):
    return Worth("trades", Decimal(value), date(2026, 11, 27))


def test_what_was_entered_leads_and_the_rest_is_what_the_trades_do_not_show():
    leading, gap = compare_worth(stated(3_080_000), held(2_445_200))
    assert leading.source == "stated" and gap == Decimal(634_800)


def test_without_an_entered_worth_the_computed_one_leads():
    assert compare_worth(None, held(5)) == (held(5), None)
    assert compare_worth(None, None) == (None, None)


def test_less_entered_than_held_is_a_negative_gap():
    assert compare_worth(stated(100), held(150))[1] == Decimal(-50)


def test_a_difference_of_less_than_half_a_percent_is_none():
    assert compare_worth(stated(1_000_000), held(996_000))[1] is None


def day_of(code):
    return Client.objects.get(code=code).assets_on


@pytest.mark.django_db
def test_assets_carry_the_day_they_were_entered(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": "C0001", "assets": "3080000"})
        assert day_of("C0001") == clock.today()
        perform("clients.change", {"client": "C0001", "assets": "3080000", "assets_on": "2026-01-31"})
        perform("clients.change", {"client": "C0001", "occupation": "教师", "assets": "3080000"})
        assert day_of("C0001") == date(2026, 1, 31), "the same assets keep their day"
        perform("clients.change", {"client": "C0001", "assets": "10", "assets_on": "2026-01-31"})
        assert day_of("C0001") == clock.today(), "new assets, old day"
        perform("clients.change", {"client": "C0001", "assets": None})
        assert day_of("C0001") is None


@pytest.mark.django_db
def test_an_import_dates_assets_by_the_file_or_by_today(lin, zhang, tmp_path):
    path = tmp_path / "客户.csv"
    path.write_text(
        "客户号,姓名,资产规模,资产日期\nA1,甲,100,2026-03-31\nA2,乙,200,\nC0001,张三,300,\n", encoding="utf-8"
    )
    with acting(lin):
        imports.run_import(path)
        days = {code: day_of(code) for code in ("A1", "A2", "C0001")}
        assert days == {"A1": date(2026, 3, 31), "A2": clock.today(), "C0001": clock.today()}
        again = imports.run_import(path)
    assert again["updated"] == 0, "the same file changes nothing"


def stats(page):
    """Return (label, value, note) of every figure on a page."""
    for block in re.findall(r'class="stat".*?(?=class="stat"|</section>|$)', page, re.S):
        label, value = (
            re.search(rf'class="stat__{part}[^"]*"[^>]*>(.*?)</span>', block, re.S) for part in ("label", "value")
        )
        notes = " ".join(re.findall(r'class="stat__note[^"]*"[^>]*>(.*?)</span>', block, re.S))
        if label and value:
            yield tuple(re.sub(r"<[^>]+>|\s+", " ", text).strip() for text in (label[1], value[1], notes))


@pytest.mark.django_db
def test_no_client_page_shows_two_figures_under_one_name_and_every_worth_names_its_day(lin, invested):  # noqa: F811
    with acting(lin):
        perform("clients.change", {"client": "C0001", "assets": "99000000"})
        perform(
            "ledger.add_investment",
            {
                "client": "C0001",
                "invested_on": "2026-01-05",
                "product": "稳健一号",
                "amount": "50000",
                "value": "60000",
                "valued_on": "2026-05-01",
            },
        )
    browser, seen = browser_of(lin), defaultdict(set)
    worths = []
    for tab in TABS:
        page = browser.get(f"/clients/{invested.pk}/?tab={tab}").content.decode()
        for label, value, note in stats(page):
            seen[label].add(value)
            if label in WORTHS:
                worths.append((label, note))
    assert {label: values for label, values in seen.items() if len(values) > 1} == {}
    assert {label for label, _ in worths} >= {"资产规模", "登记投资市值"}
    assert [pair for pair in worths if not re.search(r"\d{4}-\d\d-\d\d", pair[1])] == []


@pytest.mark.django_db
def test_the_head_says_why_assets_and_holdings_differ(lin, an, invested):  # noqa: F811
    with acting(lin):
        perform("clients.change", {"client": "C0001", "assets": "99000000"})
    page = browser_of(lin).get(f"/clients/{invested.pk}/").content.decode()
    assert "worth-difference" in page and "成交文件之外" in page and DAYS[-1].isoformat() in page
    assert "worth-difference" not in browser_of(an).get(f"/clients/{invested.pk}/").content.decode()


@pytest.mark.django_db
def test_without_assets_the_head_shows_the_market_value_and_its_day(lin, invested):  # noqa: F811
    with acting(lin):
        perform("clients.change", {"client": "C0001", "assets": None})
        worth = ask("ledger.client_worth", {"client": "C0001"})
        published = ask("ledger.figures", {"client": "C0001"})
    assert (worth["source"], worth["on"]) == ("trades", DAYS[-1].isoformat())
    assert Decimal(worth["value"]) == Decimal(published["market_value"])
    assert "资产规模" not in {
        label: value for label, value, _ in stats(browser_of(lin).get(f"/clients/{invested.pk}/").content.decode())
    }

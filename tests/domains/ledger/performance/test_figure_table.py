"""The figures of a client for readers: four leading ones, the rest by group, with the median of peers in scope."""

import pytest

from dakehu.domains.ledger.models import Figures
from dakehu.domains.ledger.performance import figure_table
from dakehu.foundation.actions.registry import act
from dakehu.foundation.gates import ask, perform
from tests.architecture.pages import browser_of
from tests.cast import acting, as_system
from tests.domains.ledger.performance.test_portfolio import DAYS, invested  # noqa: F401  (the fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def rows_of(table):
    return {
        row["name"]: row for row in (*table["leading"], *(row for group in table["groups"] for row in group["rows"]))
    }


@pytest.fixture
def peers(lin, wang, invested):  # noqa: F811
    """Six private clients of Lin and one of Wang in the segment of Zhang San, with returns of 1 to 6 and of 60 %."""
    with acting(lin):
        perform("clients.change", {"client": "C0001", "segment": "高净值"})
    for number, (whose, roi) in enumerate([*((lin, n / 100) for n in range(1, 7)), (wang, 0.6)]):
        with acting(whose):
            made = perform(
                "clients.create", {"name": f"同类{number}", "code": f"P{number}", "segment": "高净值", "anyway": True}
            )
        with as_system(), act("tests.publish"):
            Figures(client=made, as_of=DAYS[-1], roi=roi, market_value=100 * number).save()


def test_medians_are_of_the_clients_one_may_see(lin, he, peers):
    with acting(lin):
        table = ask("ledger.figure_table", {"client": "C0001"})
        assert table["peers"]["count"] == 6 and "高净值" in str(table["peers"]["label"])
        assert float(rows_of(table)["roi"]["median"]) == pytest.approx(0.035), "another team's 60 % does not count"
    with acting(he):
        assert ask("ledger.figure_table", {"client": "C0001"})["peers"]["count"] == 7


def test_fewer_than_five_peers_have_no_median(lin, peers):
    with acting(lin):
        for code in ("P0", "P1"):
            perform("clients.change", {"client": code, "segment": "普通"})
        assert rows_of(ask("ledger.figure_table", {"client": "C0001"}))["roi"]["median"] is None


def test_masked_figures_have_no_median(an, peers):
    with acting(an):
        rows = rows_of(ask("ledger.figure_table", {"client": "C0001"}))
    assert rows["market_value"]["median"] is None and rows["profit"]["value"] in (None, "•••", "••••••")
    assert rows["roi"]["median"] is not None


def test_every_figure_has_a_group_or_leads(lin, invested):  # noqa: F811
    with acting(lin):
        table = ask("ledger.figure_table", {"client": "C0001"})
    names = {f.name for f in Figures._meta.fields if hasattr(f, "spec")} - {"client", "as_of", "reasons"}
    left_out = {name for name in figure_table.ONLY_ABOVE if name not in rows_of(table)}
    assert set(rows_of(table)) | left_out == names
    assert [row["name"] for row in table["leading"]] == list(figure_table.LEADING)


def test_every_return_has_a_name_of_its_own_and_says_its_divisor(lin, invested):  # noqa: F811
    with acting(lin):
        rows = rows_of(ask("ledger.figure_table", {"client": "C0001"}))
    returns = [rows[name] for name in ("roi", "twr", "xirr", "cagr")]
    assert len({row["label"] for row in returns}) == 4 and all(row["formula"] for row in returns)


def test_the_explanation_begins_with_the_sentence(lin, invested):  # noqa: F811
    browser = browser_of(lin)
    page = browser.get(f"/clients/{invested.pk}/figures/roi").content.decode()
    assert "累计盈亏" in page and "÷ 累计转入" in page and "figure-steps" in page
    page = browser.get(f"/clients/{invested.pk}/figures/market_value").content.decode()
    assert "×" in page and "收盘" in page

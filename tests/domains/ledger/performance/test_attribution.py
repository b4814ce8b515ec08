"""A client's change in value between two days: its parts sum, by class and in total."""

from datetime import timedelta

import pytest

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask
from dakehu.interfaces.web.views.client.attribution import steps_of
from tests.architecture.pages import browser_of
from tests.cast import acting
from tests.domains.ledger.performance.test_portfolio import DAYS, invested  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_the_parts_of_the_change_sum_by_class_and_agree_with_the_published_figures(lin, invested):  # noqa: F811
    with acting(lin):
        whole = ask("ledger.attribution", {"client": "C0001"})
        published = ask("ledger.figures", {"client": "C0001"})
        half = DAYS[len(DAYS) // 2]
        early = ask("ledger.attribution", {"client": "C0001", "until": half.isoformat()})
        late = ask("ledger.attribution", {"client": "C0001", "since": half.isoformat()})
    for report in (whole, early, late):
        for row in (report["total"], *report["classes"]):
            summed = row["opening"] + row["net_inflow"] + row["market"] - row["fees"]
            assert row["closing"] == pytest.approx(summed, abs=1e-6)
        for name in ("opening", "net_inflow", "market", "fees", "closing"):
            assert sum(row[name] for row in report["classes"]) == pytest.approx(report["total"][name], abs=1e-6)
    total = whole["total"]
    assert total["opening"] == 0 and total["closing"] == pytest.approx(float(published["market_value"]), abs=0.005)
    assert total["fees"] == pytest.approx(float(published["fees"]), abs=0.005)
    assert total["market"] - total["fees"] == pytest.approx(float(published["profit"]), abs=0.01)
    assert early["total"]["closing"] == pytest.approx(late["total"]["opening"], abs=1e-6)
    assert whole["own"] == pytest.approx(float(published["twr"]), abs=1e-8)
    assert (1 + early["own"]) * (1 + late["own"]) - 1 == pytest.approx(whole["own"], abs=1e-12)
    assert (1 + early["index"]) * (1 + late["index"]) - 1 == pytest.approx(whole["index"], abs=1e-12)
    assert whole["excess"] == pytest.approx(whole["own"] - whole["index"])
    assert whole["effects"] is None and whole["why"]


def test_sums_are_masked_and_a_period_that_ends_before_it_begins_is_refused(an, lin, invested):  # noqa: F811
    with acting(an):
        report = ask("ledger.attribution", {"client": "C0001"})
    assert report["hidden"] and report["total"] is None and report["classes"] == [] and report["own"] is not None
    after = (DAYS[-1] + timedelta(days=1)).isoformat()
    with acting(lin), pytest.raises(Refused, match=r"开始日期须早于|must be before"):
        ask("ledger.attribution", {"client": "C0001", "since": after})


def test_the_tab_shows_the_change_over_the_period_chosen(lin, invested):  # noqa: F811
    browser = browser_of(lin)
    page = browser.get(f"/clients/{invested.pk}/money?span=month").content.decode()
    assert "资产变动" in page and "money-change" in page and "没有按资产类别设定的基准" in page
    wrong = browser.get(f"/clients/{invested.pk}/money?since=2030-01-01&until=2029-01-01").content.decode()
    assert "开始日期须早于" in wrong


def test_the_steps_of_the_chart_lead_from_the_worth_before_to_the_worth_after():
    total = {"opening": 100.0, "net_inflow": -130.0, "market": 50.0, "fees": 2.0, "closing": 18.0}
    steps = steps_of(total)
    assert [(one["from"], one["to"]) for one in steps] == [(0, 100), (100, -30), (-30, 20), (20, 18), (0, 18)]


def test_allocation_and_selection_sum_to_the_excess_over_the_benchmark_by_class(lin, invested, settings):  # noqa: F811
    settings.CLASS_BENCHMARK = f"stock 60% {settings.BENCHMARK}, bond 20% 3%, cash 20% 0%"
    half = DAYS[len(DAYS) // 2].isoformat()
    with acting(lin):
        report = [
            ask("ledger.attribution", {"client": "C0001", **span}) for span in ({}, {"since": half}, {"until": half})
        ]
    for one in report:
        made = one["effects"]
        assert one["why"] == "" and made["own"] == pytest.approx(one["own"], abs=1e-12)
        assert made["excess"] == pytest.approx(made["own"] - made["benchmark"], abs=1e-12)
        assert made["allocation"] + made["selection"] == pytest.approx(made["excess"], abs=1e-12)
        for name in ("allocation", "selection"):
            assert sum(row[name] for row in made["classes"]) == pytest.approx(made[name], abs=1e-12)
        assert sum(row["weight"] for row in made["classes"]) == pytest.approx(1)
        assert {row["name"]: row["measure"] for row in made["classes"]}["股票"] == "演示基准指数"


def test_beside_one_index_for_everything_the_benchmark_is_that_index(lin, invested, settings):  # noqa: F811
    settings.CLASS_BENCHMARK = f"stock 100% {settings.BENCHMARK}"
    with acting(lin):
        report = ask("ledger.attribution", {"client": "C0001"})
    assert report["effects"]["benchmark"] == pytest.approx(report["index"], abs=1e-12)
    assert report["effects"]["excess"] == pytest.approx(report["excess"], abs=1e-12)


@pytest.mark.parametrize(
    ("wrong", "said"), [("stock 60% 000300.SH", "DAKEHU_CLASS_BENCHMARK"), ("stock 100% 999999.SH", "999999.SH")]
)
def test_a_benchmark_that_is_wrong_or_has_no_prices_is_named_instead_of_used(lin, invested, settings, wrong, said):  # noqa: F811
    settings.CLASS_BENCHMARK = wrong
    with acting(lin):
        report = ask("ledger.attribution", {"client": "C0001"})
    assert report["effects"] is None and said in report["why"] and report["own"] is not None


def test_the_tab_shows_where_the_excess_comes_from(lin, invested, settings):  # noqa: F811
    settings.CLASS_BENCHMARK = f"stock 60% {settings.BENCHMARK}, cash 40% 1.5%"
    page = browser_of(lin).get(f"/clients/{invested.pk}/money").content.decode()
    assert "超额从哪里来" in page and "配置效应" in page and "1.5%" in page and "没有按资产类别设定的基准" not in page

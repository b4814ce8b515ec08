"""Stress and value at risk of clients: what each reader gets, and what is reported as left out."""

import pytest

from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.domains.risk.test_nights import FRI, THU, balance, buy, flag, own_home, store  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_a_small_company_falls_with_its_index_and_a_reader_without_amounts_gets_shares_only(
    lin, zhou, wang, an, zhang, tmp_path
):
    buy(tmp_path, zhang, "688981", 1000, 50, {THU: 50, FRI: 50})
    store("balances", {FRI: [balance(zhang, 60_000)]})
    flag()
    with acting(lin):
        found = ask("risk.stress_of_client", {"client": zhang.pk})
        by_name = {row["scenario"]: row for row in found["rows"]}
        small = by_name["2024-02 微盘股下跌"]
        assert (small["share"], small["change"]) == ("-27.1%", "-13,550")
        assert by_name["2007–08 熊市"]["share"] == "-72.5%" and found["unknown"] == found["assumed"] == ""
        firm = ask("risk.stress", {})
        assert (firm["scenario"], firm["clients"], firm["share"]) == ("2024-02", 1, "-27.1%")
        assert [row["client_id"] for row in firm["rows"]] == [zhang.pk]
        with pytest.raises(Refused, match="2024-02"):
            ask("risk.stress", {"scenario": "nix"})
        with pytest.raises(NotAllowed):
            perform("risk.add_scenario", {"name": "x"})
    with acting(an):
        assert {row["change"] for row in ask("risk.stress_of_client", {"client": zhang.pk})["rows"]} == {""}
    with acting(wang):
        assert ask("risk.stress", {})["clients"] == 0
        with pytest.raises(Refused, match="找不到"):
            ask("risk.stress_of_client", {"client": zhang.pk})


def test_the_firms_own_scenario_counts_until_it_is_withdrawn(zhou, zhang, tmp_path):
    buy(tmp_path, zhang, "600519", 100, 1000, {THU: 1000, FRI: 1000})
    flag()
    with acting(zhou):
        values = {
            "name": "小盘急跌",
            "csi300": "-0.05",
            "csi500": "-0.1",
            "csi1000": "-0.2",
            "bond": "0",
            "reason": "例会",
        }
        row = perform("risk.add_scenario", values)
        found = ask("risk.stress", {"scenario": f"own-{row.pk}"})
        assert (found["share"], found["assumed"]) == ("-5.0%", "100%")  # a main-board share without a recorded size
        perform("risk.withdraw_scenario", {"stress_scenario": row.pk})
        with pytest.raises(Refused):
            ask("risk.stress", {"scenario": f"own-{row.pk}"})


def test_a_short_past_is_insufficient_data_and_no_figure(lin, zhang, tmp_path):
    buy(tmp_path, zhang, "600519", 100, 1000, {THU: 1000, FRI: 1000})
    with acting(lin):
        found = ask("risk.value_at_risk_of_client", {"client": zhang.pk})
    assert found["rows"] == [] and found["needed"] > 200

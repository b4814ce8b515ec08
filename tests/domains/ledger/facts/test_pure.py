"""Facts derived from balances, values and holdings, without a database."""

from datetime import date, timedelta

import polars as pl
import pytest

from dakehu.domains.clients.facts.attributes import clients_on
from dakehu.domains.ledger.facts import balances, positions, returns

DAY = date(2026, 11, 27)


def balance(total, deposits=0.0, withdrawals=0.0, client=1):
    return pl.DataFrame(
        {"client": [client], "total": [total], "deposits": [deposits], "withdrawals": [withdrawals]},
        schema={"client": pl.Int64, "total": pl.Float64, "deposits": pl.Float64, "withdrawals": pl.Float64},
    )


def test_money_moved_in_is_no_return():
    found = returns.account_facts([balance(1_000_000.0), balance(1_450_000.0, deposits=500_000.0)]).row(0, named=True)
    assert found["account_return"] == pytest.approx(-0.05)
    assert found["account_loss"] == pytest.approx(50_000.0)
    assert found["account_sigma_60"] is None  # too few days


def test_the_drawdown_is_from_the_highest_point_and_free_of_flows():
    series = [balance(1_000_000.0), balance(1_200_000.0), balance(600_000.0, withdrawals=480_000.0)]
    found = returns.account_facts(series).row(0, named=True)
    assert found["account_return"] == pytest.approx(-0.1)
    assert found["account_drawdown_60"] == pytest.approx(0.1)


def test_the_deviation_leaves_out_the_day_itself():
    calm = [balance(1_000_000.0 * (1.01 if n % 2 else 1.0)) for n in range(30)]
    found = returns.account_facts([*calm, balance(500_000.0)]).row(0, named=True)
    assert found["account_sigma_60"] == pytest.approx(0.0101, abs=0.0005)
    assert found["account_return"] < -0.5


def test_a_client_without_a_balance_the_day_before_has_no_return():
    found = returns.account_facts([balance(1_000_000.0, client=1), balance(900_000.0, client=2)])
    assert found.to_dicts()[0]["account_return"] is None and found["client"].to_list() == [2]


def test_half_of_the_assets_moved_out_in_sixty_days_scores_07():
    frame = pl.DataFrame(
        {
            "client": [1, 2],
            **{f"total_{b}": [20e6, 20e6] for b in "abc"},
            "total_d": [60e6, 60e6],
            **{f"days_{b}": [20, 20] for b in "abc"},
            "days_d": [60, 60],
            "inflow_a": [-500_000.0, 300_000.0],
            "inflow_b": [0.0, 0.0],
            "inflow_c": [0.0, 0.0],
        }
    )
    found = balances.averages(frame, ("a", "b", "c", "d")).to_dicts()
    assert found[0]["churn_score"] == pytest.approx(0.7) and found[1]["churn_score"] == 0.0
    assert (found[0]["assets_20"], found[0]["assets_20_before"], found[0]["assets_60"]) == (1e6, 1e6, 1e6)
    assert found[0]["net_inflow_20"] == -500_000.0


def test_a_product_below_its_warning_value_is_hit():
    series = pl.DataFrame(
        {
            "day": [DAY - timedelta(days=3), DAY] * 2,
            "product": [1, 1, 2, 2],
            "nav": [1.0, 0.88, 1.0, 1.0],
            "warn_nav": [0.9, 0.9, None, None],
            "stop_nav": [None, None, None, None],
        },
        schema_overrides={"stop_nav": pl.Float64, "warn_nav": pl.Float64},
    )
    found = {row["product"]: row for row in positions.nav_facts(series).to_dicts()}
    assert found[1]["nav_drawdown"] == pytest.approx(0.12) and found[1]["nav_line_hit"]
    assert found[2]["nav_drawdown"] == 0.0 and not found[2]["nav_line_hit"]


def test_the_spread_of_holdings():
    held = pl.DataFrame({"client": [1, 1, 2], "held_weight": [0.6, 0.2, 1.0]})
    found = {row["client"]: row for row in positions.concentration_of(held).to_dicts()}
    assert found[1]["top_weight"] == 0.6 and found[1]["hhi"] == pytest.approx(0.4) and found[2]["hhi"] == 1.0


def client(**values):
    empty = {
        "client": 1,
        "client_kind": "person",
        "client_status": "active",
        "birth_on": None,
        "stated_age": None,
        "risk_level": "",
        "risk_valid_to": None,
        "id_expires_on": None,
        "opened_on": None,
        "investor_class": "",
        "class_proven_on": None,
    }
    days = dict.fromkeys(("birth_on", "risk_valid_to", "id_expires_on", "opened_on", "class_proven_on"), pl.Date)
    return pl.DataFrame([{**empty, **values}], schema_overrides={**days, "stated_age": pl.Int64})


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(1980, 2, 29), date(2027, 2, 28), 46),
        (date(1980, 2, 29), date(2027, 3, 1), 47),
        (date(1980, 11, 27), DAY, 46),
        (date(1980, 11, 28), DAY, 45),
    ],
)
def test_ages(birth, day, age):
    assert clients_on(client(birth_on=birth), day)["age"].to_list() == [age]


def test_a_stated_age_counts_where_there_is_no_birth_date():
    assert clients_on(client(stated_age=35), DAY)["age"].to_list() == [35]


@pytest.mark.parametrize(
    ("left", "step"), [(61, None), (60, 60), (31, 60), (30, 30), (15, 15), (7, 7), (1, 7), (0, 0), (-9, 0)]
)
def test_steps_before_the_risk_test_expires(left, step):
    found = clients_on(client(risk_level="C3", risk_valid_to=DAY + timedelta(days=left)), DAY).row(0, named=True)
    assert (found["risk_step"], found["risk_valid_in"]) == (step, left)


@pytest.mark.parametrize(("days", "step"), [(6, None), (7, 7), (13, 7), (14, None), (30, 30), (96, 90), (97, None)])
def test_weeks_after_the_opening(days, step):
    found = clients_on(client(opened_on=DAY - timedelta(days=days)), DAY)
    assert found["opening_step"].to_list() == [step]


@pytest.mark.parametrize(
    ("birth", "reached"),
    [
        (date(1961, 11, 27), 65.0),
        (date(1961, 10, 28), 65.0),
        (date(1961, 10, 27), None),
        (date(1961, 11, 28), None),
        (date(1956, 11, 1), 70.0),
    ],
)
def test_65_and_70_count_for_thirty_days(birth, reached):
    assert clients_on(client(birth_on=birth), DAY)["senior_age"].to_list() == [reached]


def test_evidence_of_a_class_holds_a_year():
    found = clients_on(client(investor_class="B", class_proven_on=date(2025, 12, 27)), DAY)
    assert found["class_expires_in"].to_list() == [30]

"""Actions on investments: added, summarised, masked, removed."""

import pytest

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def invested(lin, zhang):
    with acting(lin):
        for day, amount, value, kind in (
            ("2023-01-15", "60万", "66万", "股票"),
            ("2024-01-15", "40万", "38万", "债券"),
        ):
            perform(
                "ledger.add_investment",
                {
                    "client": zhang.code,
                    "invested_on": day,
                    "amount": amount,
                    "value": value,
                    "product": "甲",
                    "product_kind": kind,
                    "valued_on": "2026-01-15",
                },
            )


def test_the_summary_adds_up_and_shares_out(lin, zhang, invested):
    with acting(lin):
        made = ask("ledger.summary", {"client": zhang.code})
    assert (made["invested"], made["value"], made["return"]) == ("1000000.00", "1040000.00", "0.0400")
    assert [(k["name"], k["share"]) for k in made["kinds"]] == [("股票", "0.6000"), ("债券", "0.4000")]
    assert [m["month"] for m in made["months"]][::12] == ["2023-01", "2024-01"]
    assert len(made["months"]) == 13
    assert made["risk_adjusted"] is not None


def test_the_analyst_gets_shares_but_no_sums(an, zhang, invested):
    with acting(an):
        made = ask("ledger.summary", {"client": zhang.code})
    assert (made["invested"], made["return"]) == (None, "0.0400")
    assert all(k["amount"] is None for k in made["kinds"])


def test_a_negative_amount_is_refused(lin, zhang):
    with acting(lin), pytest.raises(Refused) as refusal:
        perform(
            "ledger.add_investment",
            {"client": zhang.code, "invested_on": "2023-01-15", "amount": "-5", "product": "甲"},
        )
    assert "amount" in refusal.value.as_plain()


def test_an_investment_is_changed_and_dropped(lin, zhang, invested):
    with acting(lin):
        rows = ask("ledger.investments", {"client": zhang.code})["rows"]
        perform(
            "ledger.change_investment",
            {"investment": rows[0]["id"], "value": "50万", "version": rows[0]["row_version"]},
        )
        perform("ledger.remove_investment", {"investment": rows[1]["id"]})
        (left,) = ask("ledger.investments", {"client": zhang.code})["rows"]
    assert left["value"] == "500000.00"

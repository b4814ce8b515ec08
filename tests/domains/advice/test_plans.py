"""Goals, policies and model portfolios: permanent versions, signatures, and refusals."""

from datetime import date, timedelta

import pytest

from dakehu.domains.advice.model_portfolios.queries import asset_classes
from dakehu.domains.advice.models import InvestmentPolicy
from dakehu.domains.ledger.models import Product
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.domains.advice.plan_stage import complete

pytestmark = pytest.mark.django_db
SOON = (clock.today() + timedelta(days=180)).isoformat()


def draft(level="C3", **more):
    return perform("advice.draft_policy", {"client": "C0001", "risk_level": level, "review_on": SOON, **more})


def sign(row):
    values = {"policy": row.pk, "signed_on": clock.today().isoformat(), "signed_reference": "TZ-1"}
    return perform("advice.sign_policy", values)


@pytest.mark.postgres
def test_a_signed_policy_never_changes_and_the_next_edition_replaces_it(lin, zhang):
    complete(zhang)
    with acting(lin):
        first = sign(draft())
        assert first.equity_most == 50 and first.drafted_by_id == lin.pk
        with pytest.raises(Refused, match="不能修改"):
            perform("advice.change_policy", {"policy": first.pk, "equity_most": "40"})
        second = draft(equity_most="40")
        with pytest.raises(Refused, match="草稿"):
            draft()
        sign(second)
        found = ask("advice.client_policy", {"client": "C0001"})
        assert found["in_force"]["id"] == second.pk and not found["review_due"]
        states = list(InvestmentPolicy.objects.order_by("edition").values_list("edition", "state"))
    assert states == [(1, "replaced"), (2, "in_force")]


def test_a_policy_above_the_tested_level_is_refused_when_drafted_and_when_signed(lin, zhang):
    complete(zhang)
    with acting(lin):
        with pytest.raises(Refused, match="C3"):
            draft("C4")
        row = draft()
    with as_system(), act("test.lower"):
        zhang.risk_level = "C2"
        zhang.save()
    with acting(lin), pytest.raises(Refused, match="C2"):
        sign(row)


def test_products_that_a_policy_excludes_must_be_known(lin, zhang):
    complete(zhang)
    with acting(lin), pytest.raises(Refused, match="贵州茅台"):
        draft(excluded="贵州茅台")


def test_goals_are_masked_for_who_may_not_read_sums_and_hidden_from_wang(lin, wang, he, zhang):
    values = {
        "client": "C0001",
        "name": "女儿留学",
        "purpose": "教育",
        "amount": "500000",
        "due_on": SOON,
        "saved": "100000",
    }
    with acting(lin):
        perform("advice.add_goal", values)
        (found,) = ask("advice.goal_progress", {"client": "C0001"})
        assert found["share"] == 0.2 and found["purpose"] == "子女教育" and found["needed_return"] is None
    with acting(wang), pytest.raises(Refused, match="找不到"):
        ask("advice.goal_progress", {"client": "C0001"})


def test_a_model_portfolio_gets_a_new_edition_from_a_day_on(lin, zhou, zhang):
    weights = {"cash": (20, 5, 30), "fixed_income": (50, 30, 60), "equity": (25, 10, 40), "alternative": (5, 0, 10)}
    values = {
        f"{n}_{p}": str(v) for n, w in weights.items() for p, v in zip(("target", "least", "most"), w, strict=True)
    }
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    with acting(lin), pytest.raises(NotAllowed):
        perform("advice.add_model_portfolio", {"risk_level": "C3", "effective_from": tomorrow, **values})
    with acting(zhou):
        with pytest.raises(Refused, match="合计"):
            perform(
                "advice.add_model_portfolio",
                {"risk_level": "C3", "effective_from": tomorrow, **values, "cash_target": "21"},
            )
        perform("advice.add_model_portfolio", {"risk_level": "C3", "effective_from": tomorrow, **values})
        before = next(one for one in ask("advice.models_in_force", {}) if one["level"] == "C3")
        assert before["is_default"] and before["next_from"] == tomorrow
        perform(
            "advice.add_model_portfolio", {"risk_level": "C3", "effective_from": clock.today().isoformat(), **values}
        )
        after = next(one for one in ask("advice.models_in_force", {}) if one["level"] == "C3")
    assert (after["edition"], after["classes"][2]["target"]) == (2, "25.00")


def test_a_review_that_is_due_stands_in_the_bell(lin, zhang):
    complete(zhang)
    with acting(lin):
        row = sign(draft())
    with as_system(), act("test.due"):
        row.review_on = date(2026, 1, 1)
        row.save()
    with acting(lin):
        assert [one["client"] for one in ask("advice.policies_to_review", {})] == [zhang.name]
        assert ask("advice.policy_notices", {})[0]["url"] == f"/clients/{zhang.pk}/plan/"


def test_the_asset_class_of_a_fund_is_said_by_a_person(zhou):
    with as_system(), act("test.product"):
        row = Product(name="稳进一号", kind="fund")
        row.save()
    with acting(zhou):
        perform("advice.set_asset_class", {"product": row.pk, "asset_class": "权益类", "basis": "股票仓位不低于 80%"})
        (found,) = asset_classes()
    assert str(found.asset_class) == "equity"

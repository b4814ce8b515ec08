"""The query: accepts values as people write them, names unknown ones, writes nothing, reads the desk for client and product."""

from datetime import date

import pytest

from dakehu.domains.advice.suitability.parameters import ON, SALE, STATED
from dakehu.domains.advice.suitability.queries import evaluate
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask
from dakehu.foundation.gates.input import parse_input
from tests.cast import acting

GOOD = {"risk_level": "C3", "product_risk": "R3", "initiative": "client", "tested_on": "2026-03-02", "on": "2026-11-29"}


def check(**values):
    """Return the decision without checking the user."""
    read = parse_input((*STATED, *SALE, ON), {**GOOD, **values})
    return evaluate(read.pop("on"), None, None, read)[1]


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({}, "allow"),
        ({"risk_level": "C3 稳健型", "product_risk": "中风险", "initiative": "客户"}, "allow"),
        ({"risk_level": "稳健", "product_risk": "r3", "initiative": "Client"}, "allow"),
        ({"risk_level": "3", "product_risk": "Ｒ４"}, "allow_with_warning"),
        ({"risk_level": "C1最低", "product_risk": "R2"}, "refuse"),
        ({"risk_level": "C1-最低", "product_risk": "R1"}, "allow"),
        ({"risk_level": "C1", "minimum": "是", "product_risk": "R2"}, "refuse"),
        ({"risk_level": "C1", "minimum": "true", "product_risk": "R2"}, "refuse"),
        ({"risk_level": "C1", "minimum": "false", "product_risk": "R2"}, "allow_with_warning"),
        ({"product_risk": "R4", "initiative": "员工"}, "refuse"),
        ({"product_risk": "R5", "investor_class": "A类"}, "allow"),
        ({"product_risk": "R5", "investor_class": "专业投资者B类", "tested_on": ""}, "allow"),
        ({"product_risk": "R4", "investor_class": "普通投资者"}, "allow_with_warning"),
        ({"tested_on": "2024年11月28日"}, "block"),
        ({"tested_on": "20241129"}, "allow"),
        ({"tested_on": None}, "block"),
        ({"tested_on": "2025-11-20", "valid_days": 365}, "block"),
        ({"kyc_complete": "否"}, "refuse"),
        ({"side": "赎回", "risk_level": ""}, "allow"),
    ],
)
def test_values_are_read_as_people_write_them(values, outcome):
    assert check(**values).outcome == outcome


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"risk_level": "C6"}, "risk_level"),
        ({"product_risk": "R0"}, "product_risk"),
        ({"investor_class": "专业投资者"}, "investor_class"),
        ({"initiative": "邻居"}, "initiative"),
        ({"tested_on": "去年"}, "tested_on"),
        ({"minimum": "大概"}, "minimum"),
        ({"valid_days": 0}, "valid_days"),
        ({"age": 200}, "age"),
        ({"risk_level": "C1最低", "minimum": "否"}, "minimum"),
        ({"role": "admin"}, "role"),
    ],
)
def test_what_is_not_understood_is_named_and_nothing_is_guessed(values, field):
    with pytest.raises(Refused) as refused:
        check(**values)
    assert list(refused.value.messages) == [field]


def test_defaults_are_named_and_the_stricter_one_is_taken(he):
    with acting(he):
        found = ask(
            "advice.check_suitability", {"risk_level": "C3", "product_risk": "R4", "tested_on": date(2026, 3, 2)}
        )
    assert found["outcome"] == "refuse" and found["rule"] == "S06"
    assert found["assumed"] == ["initiative", "kyc_complete", "access_met"]
    assert found["reason"]["zh"] and found["reason"]["en"] and found["certainty"] == "V"


def test_every_role_asks_the_rules_and_gets_the_same_answer(lin, zhou, he, an, admin):
    asked = {**GOOD, "risk_level": "C1最低", "product_risk": "R5"}
    answers = []
    for user in (lin, zhou, he, an, admin):
        with acting(user):
            answers.append(ask("advice.check_suitability", asked))
    assert {(found["outcome"], found["rule"]) for found in answers} == {("refuse", "S05")}


def test_a_client_is_judged_by_what_the_desk_holds_and_wang_learns_nothing(lin, wang, an, zhang, fund):
    with acting(lin):
        found = ask("advice.check_suitability", {"client": zhang.code, "product": fund.pk, "initiative": "client"})
        assert found["rule"] == "S01" and found["missing"]
        confirmed = ask(
            "advice.check_suitability",
            {"client": zhang.code, "product": fund.pk, "initiative": "client", "kyc_complete": "yes"},
        )
    assert confirmed["taken"]["product_risk"] == "R4" and confirmed["taken"]["risk_level"] == str(zhang.risk_level)
    with acting(wang), pytest.raises(Refused):
        ask("advice.check_suitability", {"client": zhang.code, "product_risk": "R1"})
    with acting(an), pytest.raises(NotAllowed):
        ask("advice.check_suitability", {"client": zhang.code, "product_risk": "R1"})

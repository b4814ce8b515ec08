"""The suitability rules: every combination compared with a manually written table, and the order of the hard stops."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from dakehu.domains.advice.suitability.rules import RULES, Case, decide, valid_until

TODAY = date(2026, 11, 29)
TESTED = date(2026, 3, 2)
LEVELS = ("C1", "C2", "C3", "C4", "C5")
RISKS = ("R1", "R2", "R3", "R4", "R5")
REFUSED, BLOCKED, WARNED, ALLOWED = "refuse", "block", "allow_with_warning", "allow"

# Written from domain.md 1.4 and 1.5, not from the code. A row is a level, a column a product from R1 to R5:
# = matches, > is above the client's level, ! is forbidden to the lowest category.
MATRIX = {
    ("C1", False): "=>>>>",
    ("C2", False): "==>>>",
    ("C3", False): "===>>",
    ("C4", False): "====>",
    ("C5", False): "=====",
    ("C1", True): "=!!!!",
    ("C2", True): "=!!!!",
    ("C3", True): "=!!!!",
    ("C4", True): "=!!!!",
    ("C5", True): "=!!!!",
}
EXPECTED = {
    ("=", "staff"): ALLOWED,
    ("=", "client"): ALLOWED,
    (">", "staff"): REFUSED,
    (">", "client"): WARNED,
    ("!", "staff"): REFUSED,
    ("!", "client"): REFUSED,
}
TESTS = {"valid": TESTED, "last day": TODAY - timedelta(days=730), "expired": TODAY - timedelta(days=731), "none": None}
COMBINATIONS = list(
    product(("ordinary", "A", "B", "C"), ("", *LEVELS), (False, True), RISKS, ("staff", "client"), TESTS)
)


def expected(investor_class, level, minimum, risk, initiative, test):
    """Return the outcome from the table."""
    if investor_class != "ordinary":
        return ALLOWED
    if level == "" or test in ("expired", "none"):
        return BLOCKED
    return EXPECTED[MATRIX[level, minimum][RISKS.index(risk)], initiative]


def test_every_combination_has_the_outcome_of_the_table():
    assert len(COMBINATIONS) == 4 * 6 * 2 * 5 * 2 * 4
    wrong = []
    for investor_class, level, minimum, risk, initiative, test in COMBINATIONS:
        case = Case(TODAY, investor_class, level, minimum, risk, initiative, TESTS[test])
        found = decide(case)
        if found.outcome != expected(investor_class, level, minimum, risk, initiative, test):
            wrong.append((case, found.outcome))
    assert wrong == []


def test_incomplete_information_or_a_missed_access_rule_refuses_whatever_else_holds():
    for investor_class, level, minimum, risk, initiative, test in COMBINATIONS:
        case = Case(TODAY, investor_class, level, minimum, risk, initiative, TESTS[test])
        assert decide(replace(case, kyc_complete=False, access_met=False)).rule.code == "S01"
        assert decide(replace(case, access_met=False)).rule.code == "S02"


def test_every_outcome_names_its_source_and_no_role_is_asked():
    assert all(rule.source and rule.certainty in "VSKD" and rule.zh and rule.en for rule in RULES.values())
    assert "role" not in Case.__dataclass_fields__ and "actor" not in Case.__dataclass_fields__


def codes(case):
    return [duty.code for duty in decide(case).duties]


MATCH = Case(TODAY, risk_level="C3", product_risk="R2", tested_on=TESTED, initiative="client", channel="branch")


def test_a_sale_above_the_level_at_the_clients_own_request_is_told_warned_confirmed_and_recorded_in_this_order():
    found = codes(replace(MATCH, product_risk="R4"))
    assert found[:3] == ["tell_unsuitable", "special_warning", "client_confirms"]
    assert "record_at_branch" in found and "disclose" in found
    assert "electronic_trail" in codes(replace(MATCH, product_risk="R4", channel="online"))
    assert "keep_trace" in codes(replace(MATCH, product_risk="R4", channel=""))


def test_a_match_needs_the_opinion_and_the_six_items():
    assert codes(MATCH) == ["matching_opinion", "disclose", "written_delivery", "record_at_branch"]


def test_staff_who_bring_up_a_higher_product_are_told_to_compliance():
    assert codes(replace(MATCH, product_risk="R5", initiative="staff")) == ["log_attempt", "alert_compliance"]


def test_the_goal_binds_staff_and_is_told_to_a_client_who_asks():
    assert decide(replace(MATCH, initiative="staff", term_fits=False)).rule.code == "S07"
    assert decide(replace(MATCH, initiative="staff", kind_fits=False)).rule.code == "S07"
    asked = replace(MATCH, term_fits=False)
    assert decide(asked).outcome == ALLOWED and "tell_goal_mismatch" in codes(asked)
    assert decide(replace(MATCH, initiative="staff", term_fits=None)).rule.code == "S10"


def test_the_highest_product_brings_the_special_duties_even_where_the_levels_match():
    found = decide(replace(MATCH, risk_level="C5", product_risk="R5"))
    assert found.rule.code == "S09" and found.outcome == ALLOWED
    special = {"special_procedure", "extra_information", "explain_risk_points", "time_to_consider", "more_call_backs"}
    assert special <= {duty.code for duty in found.duties}
    assert decide(replace(MATCH, is_high_risk=True)).rule.code == "S09"
    assert special <= set(codes(replace(MATCH, product_risk="R5")))


@pytest.mark.parametrize(
    ("age", "risk", "wanted"),
    [
        (64, "R4", set()),
        (65, "R3", {"senior_confirmation"}),
        (65, "R4", {"senior_confirmation", "senior_call_back"}),
        (69, "R5", {"senior_confirmation", "senior_call_back"}),
        (70, "R3", {"senior_confirmation"}),
        (
            70,
            "R4",
            {"senior_confirmation", "senior_call_back", "manager_cosign", "elder_recording", "elder_reflection"},
        ),
    ],
)
def test_older_clients_are_served_with_more_care(age, risk, wanted):
    case = replace(MATCH, risk_level="C5", product_risk=risk, age=age)
    care = {"senior_confirmation", "senior_call_back", "manager_cosign", "elder_recording", "elder_reflection"}
    assert set(codes(case)) & care == wanted


def test_the_last_day_of_a_test_counts_and_the_next_one_does_not():
    case = replace(MATCH, tested_on=date(2024, 11, 29))
    assert valid_until(case) == TODAY and decide(case).outcome == ALLOWED
    assert decide(replace(case, on=TODAY + timedelta(days=1))).rule.code == "S04.1"
    year = replace(MATCH, valid_days=365, tested_on=date(2025, 11, 28))
    assert decide(year).rule.code == "S04.1"
    assert decide(replace(year, valid_to=TODAY)).outcome == ALLOWED


def test_a_test_without_a_day_or_from_tomorrow_blocks():
    assert decide(replace(MATCH, tested_on=None)).rule.code == "S04.2"
    assert decide(replace(MATCH, tested_on=TODAY + timedelta(days=1))).rule.code == "S04.3"
    assert codes(replace(MATCH, tested_on=None)) == ["ask_retest"]


def test_an_ungraded_product_is_not_matched():
    found = decide(replace(MATCH, product_risk=""))
    assert found.outcome == BLOCKED and [duty.code for duty in found.duties] == ["grade_product"]


def test_selling_is_never_blocked():
    expired = replace(MATCH, side="sell", tested_on=None, risk_level="", kyc_complete=False, product_risk="R5")
    assert decide(expired).outcome == ALLOWED and codes(expired) == []


def test_evidence_of_a_professional_class_that_has_expired_makes_the_client_ordinary_again():
    held = Case(TODAY, "B", product_risk="R5", class_valid_to=TODAY)
    assert decide(held).rule.code == "S03" and codes(held) == ["check_class_evidence"]
    lapsed = replace(held, class_valid_to=TODAY - timedelta(days=1))
    assert decide(lapsed).rule.code == "S04" and "renew_class_evidence" in codes(lapsed)
    assert decide(replace(lapsed, investor_class="A")).rule.code == "S03"


def test_a_private_fund_is_called_back_after_cooling_off_and_by_somebody_who_does_not_sell():
    assert codes(replace(MATCH, is_private_fund=True))[-2:] == ["cooling_off", "independent_call_back"]

"""Every available published case (oracle_cases.toml): the product gives the same result, or the file states why it is not run."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dakehu.domains.advice.assessments import rules as assessment_rules
from dakehu.domains.advice.assessments.questionnaires import shipped_version
from dakehu.domains.advice.call_backs import rules as call_back_rules
from dakehu.domains.advice.classes import rules as class_rules
from dakehu.domains.advice.models import Assessment, CallBack, SuitabilityCheck, SuitabilityDuty
from dakehu.domains.advice.suitability.choices import ProductRisk
from dakehu.domains.advice.suitability.documents import DOCUMENTS
from dakehu.domains.advice.suitability.duties import DUTIES
from dakehu.domains.advice.suitability.duty_rules import LATER
from dakehu.domains.advice.suitability.rules import Case, decide
from dakehu.domains.compliance.wording import lexicon
from dakehu.domains.compliance.wording import rules as wording_rules

CASES = tomllib.loads(Path(__file__).with_name("oracle_cases.toml").read_text(encoding="utf-8"))
TODAY, NOON = date(2026, 11, 29), datetime(2026, 11, 29, 12, tzinfo=UTC)


def match(case):
    found = decide(Case(TODAY, tested_on=date(2026, 3, 2), **case["given"]))
    assert set(case.get("duties", ())) <= {duty.code for duty in found.duties}
    return found.outcome


def investor_class(case):
    given = {k: Decimal(str(v)) if isinstance(v, int | float) else v for k, v in case["given"].items()}
    possible = class_rules.possible_classes(class_rules.Facts(**given))
    if case.get("allows"):
        assert case["expected"] in possible
        return case["expected"]
    return possible[0] if possible else "ordinary"


def retention(case):
    (kept,) = {model.retention for model in (SuitabilityCheck, SuitabilityDuty, Assessment, CallBack)}
    return kept.years


def operator(case):
    serves = {7} if case["given"].get("serves") else set()
    fault = call_back_rules.operator_fault(7, serves, 7 if case["given"].get("made_sale") else None)
    return "refuse" if fault else "allow"


def wording(case):
    return wording_rules.severity_of(wording_rules.check(case["given"]["text"], lexicon.entries()))


ASKED = {
    "match": match,
    "class": investor_class,
    "retention": retention,
    "operator": operator,
    "level": lambda case: assessment_rules.level_of(shipped_version("2026-11"), case["given"]["score"]),
    "duty": lambda case: case["expected"] if case["expected"] in DUTIES[case["given"]["code"]].zh else "",
    "levels": lambda case: len(list(ProductRisk)),
    "kept": lambda case: SuitabilityCheck.__name__ if SuitabilityCheck.kept else "",
    "cooling_off": lambda case: (
        "refuse" if call_back_rules.time_fault(NOON, NOON + LATER["cooling_off"] - timedelta(seconds=1)) else "allow"
    ),
    "wording": wording,
}
LEAVING = [text for pair in DOCUMENTS.values() for text in pair]
LEAVING += [text for item in shipped_version("2026-11").items for text in (item.zh, item.en)]


@pytest.mark.parametrize("name", CASES)
def test_a_published_case_is_answered_or_explained(name):
    case = CASES[name]
    assert case.get("ask") or case["because"]
    if "ask" in case:
        assert ASKED[case["ask"]](case) == case["expected"]


def test_every_case_at_hand_is_listed():
    numbers = {int(name[2:]) for name in CASES if name.startswith("su")}
    held_out = set(range(3, 81, 3))
    assert numbers == set(range(1, 81)) - held_out


def test_the_documents_and_questions_that_clients_read_pass_the_wording_check():
    names = {"client": "张三", "product": "稳进一号", "level": "C3", "risk": "R4"}
    kept = {
        text: [hit.rule for hit in wording_rules.check(text.format(**names), lexicon.entries())] for text in LEAVING
    }
    assert {text: rules for text, rules in kept.items() if rules} == {}

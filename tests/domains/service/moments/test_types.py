"""Each of the 42 types fires on the facts that it names, and on no others."""

import polars as pl
import pytest

from dakehu.domains.service.models import MomentOutcome
from dakehu.domains.service.moments.active import compile_rule
from dakehu.domains.service.moments.deadlines import parse_deadline
from dakehu.domains.service.moments.evaluation import evaluate_rules
from dakehu.domains.service.moments.types import declare, is_suppressible, moment_types
from dakehu.foundation.schema.facts import facts_of
from tests.domains.service.moments.cases import CASES

COLUMNS = {
    "money": pl.Float64,
    "number": pl.Float64,
    "share": pl.Float64,
    "days": pl.Int64,
    "day": pl.Date,
    "text": pl.String,
    "choice": pl.String,
    "flag": pl.Boolean,
}
TYPES = moment_types()


def frame_of(rule, rows):
    """Return a frame of the subject with every fact that the rule needs; facts not in a row are missing."""
    known = facts_of(rule.type.subject)
    data = {"client": pl.Series(range(1, len(rows) + 1), dtype=pl.Int64)}
    data |= {key: pl.Series(["7"] * len(rows)) for key in rule.type.subject.key[1:]}
    for name in rule.names:
        data[name] = pl.Series([row.get(name) for row in rows], dtype=COLUMNS[known[name].kind])
    return pl.DataFrame(data)


def test_all_42_events_are_declared_each_with_a_case():
    assert sorted(TYPES) == [f"M{n:02}" for n in range(1, 44)] == sorted(CASES)


@pytest.mark.parametrize("kind", sorted(CASES))
def test_a_type_fires_on_its_facts_and_not_beside_them(kind):
    fires, beside = CASES[kind]
    rule = compile_rule(TYPES[kind])
    rows = [fires, *({**fires, **change} for change in beside)]
    found = evaluate_rules(frame_of(rule, rows), [rule])[kind]
    assert found["client"].to_list() == [1]


@pytest.mark.parametrize("kind", sorted(CASES))
def test_a_type_says_what_to_do_until_when_and_with_which_outcomes(kind):
    one = TYPES[kind]
    assert one.action.zh and one.action.en and one.zh and one.en
    assert one.feedback and set(one.feedback) <= {outcome.value for outcome in MomentOutcome}
    assert parse_deadline(one.deadline).needs_event == bool(one.event_on)
    known = set(facts_of(one.subject)) | set(one.subject.key)
    assert {*one.shows, *one.object_columns, *filter(None, [one.event_on])} <= known
    assert 1 <= one.priority <= 4
    assert one.wording is None or (one.wording.zh and one.wording.en)


def test_the_mandatory_ones_and_their_priorities_are_those_of_the_reference():
    mandatory = {kind for kind, one in TYPES.items() if one.mandatory}
    numbers = (1, 2, 4, 5, 6, 7, 8, 21, 25, 27, 28, 35, 36, 38)
    assert mandatory == {f"M{n:02}" for n in numbers}
    first = {kind for kind, one in TYPES.items() if one.priority == 1}
    assert first == {f"M{n:02}" for n in (1, 2, 5, 10, 11, 12, 13, 14, 21, 24, 26, 27, 35, 36, 38)}
    assert {kind for kind, one in TYPES.items() if one.compliance_only} == {"M38"}


def test_an_expired_risk_test_and_a_rights_payment_are_urgent():
    rule = compile_rule(TYPES["M06"])
    found = evaluate_rules(frame_of(rule, [{"risk_valid_in": 30}, {"risk_valid_in": 0}]), [rule])["M06"]
    assert found["is_urgent"].to_list() == [False, True]
    rule = compile_rule(TYPES["M23"])
    rows = [{"event_kind": "rights_payment", "event_in": 2.0}, {"event_kind": "pledge", "event_in": 2.0}]
    assert evaluate_rules(frame_of(rule, rows), [rule])["M23"]["is_urgent"].to_list()[:1] == [True]


def test_recent_contacts_and_a_clients_wish_hold_back_what_may_be_held_back():
    rows = [
        {"churn_score": 0.8, "cash": 4e5, "idle_cash_days": 20.0, "contacts_7": contacts, "opted_out": out}
        for contacts, out in ((0.0, False), (2.0, False), (0.0, True), (None, None))
    ]
    for kind, held_back in (("M40", [False, True, True, False]), ("M12", [False] * 4)):
        rule = compile_rule(TYPES[kind])
        frame = frame_of(rule, rows).with_columns(
            pl.Series("contacts_7", [row["contacts_7"] for row in rows]),
            pl.Series("opted_out", [row["opted_out"] for row in rows]),
        )
        assert evaluate_rules(frame, [rule])[kind]["is_held_back"].to_list() == held_back
    assert not is_suppressible(3, mandatory=True)  # M08 is P3 and mandatory


def test_a_client_without_a_class_is_an_ordinary_investor():
    rule = compile_rule(TYPES["M27"])
    assert evaluate_rules(frame_of(rule, [{"risk_gap": 1.0}]), [rule])["M27"].height == 1


def test_a_type_declared_twice_is_refused():
    with pytest.raises(ValueError, match="declared twice"):
        declare(TYPES["M01"].__class__("M01", "其他", "Other", "现金 > 0", 1, "T+1", TYPES["M01"].action, ("reached",)))

"""Rules of feedback and improvement: suggestions from a text, windows, effects with intervals, stages and the end."""

from datetime import date, datetime

import numpy as np
import pytest

from dakehu.domains.care.distress.choices import DistressLevel
from dakehu.domains.care.distress.signs import LEVELS
from dakehu.domains.care.feedback import rules as feedback
from dakehu.domains.care.feedback.choices import FeedbackChannel, SuggestedMood
from dakehu.domains.care.improvements import rules
from dakehu.domains.care.improvements.choices import MetricName, Stage
from dakehu.domains.care.improvements.metrics import metrics
from dakehu.domains.care.improvements.rules import Share, Values
from dakehu.domains.care.sentiment.rules import LABELS
from dakehu.domains.care.topics.choices import Topic
from dakehu.domains.care.topics.lexicon import TOPICS
from dakehu.domains.compliance.choices import ComplaintChannel

DAYS = {
    "before_from": date(2026, 1, 1),
    "before_to": date(2026, 1, 31),
    "after_from": date(2026, 3, 1),
    "after_to": date(2026, 3, 31),
}
READY = {
    "cause": "排班",
    "cause_method": "whys",
    "measure": "加人",
    "owner": 1,
    "due_on": date(2026, 2, 1),
    "metric": "complaints",
    "result": {},
    **DAYS,
}


def test_the_choices_are_those_of_lexicon_model_and_signs():
    assert [(one.value, one.zh, one.en) for one in Topic][:-1] == [(one.code, one.zh, one.en) for one in TOPICS]
    assert {one.value for one in SuggestedMood} == set(LABELS)
    assert {one.value: (one.zh, one.en) for one in DistressLevel} == LEVELS
    assert {one.value for one in ComplaintChannel} - {one.value for one in FeedbackChannel} == {"regulator"}
    assert {one.name for one in metrics()} >= {one.value for one in MetricName}


@pytest.mark.parametrize(
    ("text", "distress", "topic"),
    [
        ("打电话半天没人接，太慢了", "", "speed"),
        ("亏成这样，活着没意思了", "urgent", "loss"),
        ("我没有不想活，只是想问佣金", "", "commission"),
        ("谢谢小林，很耐心", "", "staff"),
        ("今天天气不错", "", "other"),
        ("说明" * 4000 + "，我不想活了", "urgent", "other"),
    ],
)
def test_a_text_of_any_length_is_read_for_distress_and_topic(text, distress, topic):
    found = feedback.read_text(text)
    assert (found.distress, found.topic) == (distress, topic) and found.mood in LABELS


def test_a_registration_names_who_said_what_and_when():
    now = datetime(2026, 11, 30, 12)
    assert feedback.registration_error(False, " ", "x", now, now)[0] == "client"
    assert feedback.registration_error(True, "", "  ", now, now)[0] == "text"
    assert feedback.registration_error(True, "", "x", datetime(2026, 11, 30, 13), now)[0] == "received_at"
    assert feedback.registration_error(False, "路人", "x", now, now) is None
    assert feedback.subject_of("回电太慢。已经三天！") == "回电太慢" and len(feedback.subject_of("长" * 300)) == 80


@pytest.mark.parametrize(
    ("state", "step", "may"),
    [
        ("open", "reply", True),
        ("open", "pass_on", True),
        ("replied", "change", False),
        ("replied", "reply", True),
        ("closed", "reply", False),
        ("closed", "link", True),
    ],
)
def test_steps_follow_the_state_of_feedback(state, step, may):
    assert feedback.may_step(state, step) is may


def test_distress_waits_for_a_person_until_somebody_contacted_the_client():
    assert feedback.needs_contact("urgent", False, "open") and feedback.needs_contact("high", False, "replied")
    assert not feedback.needs_contact("urgent", True, "open") and not feedback.needs_contact("watch", False, "open")


def test_shares_are_compared_by_newcombes_published_example():
    found = rules.compare(Share(48, 80), Share(56, 70), lower_is_better=False, smallest=10)
    assert (found.difference, found.low, found.high) == pytest.approx((20.0, 5.24, 33.39), abs=0.005)
    assert found.verdict == "better" and found.is_enough is True
    assert rules.compare(Share(48, 80), Share(56, 70), lower_is_better=True, smallest=None).verdict == "worse"
    assert rules.compare(Share(48, 80), Share(56, 70), lower_is_better=False, smallest=25).is_enough is False


def test_nothing_is_said_below_the_minimum_and_no_change_where_zero_lies_within():
    few = rules.compare(Share(1, 19), Share(0, 500), lower_is_better=True, smallest=None)
    assert few.verdict == "too_few" and few.difference is few.low is None
    assert rules.compare(Share(10, 100), Share(9, 100), lower_is_better=True, smallest=None).verdict == "unclear"
    assert rules.compare(Values((1.0,) * 19), Values((1.0,) * 30), True, None).verdict == "too_few"
    with pytest.raises(ValueError, match="compared with"):
        rules.compare(Share(1, 50), Values((1.0,) * 30), True, None)


def test_medians_are_compared_by_a_bootstrap_that_gives_the_same_each_time():
    random = np.random.default_rng(1)
    before, after = tuple(random.exponential(60, 80)), tuple(random.exponential(20, 80))
    first = rules.compare(Values(before), Values(after), lower_is_better=True, smallest=None)
    assert first == rules.compare(Values(before), Values(after), lower_is_better=True, smallest=None)
    assert first.verdict == "better" and first.low < first.difference < first.high < 0
    assert first.difference == pytest.approx(float(np.median(after) - np.median(before)), abs=1e-3)


def test_the_bootstrap_covers_a_known_difference_about_as_often_as_it_says():
    random, hits = np.random.default_rng(7), 0
    for _ in range(30):
        *_, low, high = rules.median_difference(random.normal(0, 1, 60), random.normal(1, 1, 60))
        hits += low <= 1 <= high
    assert hits >= 25


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, None),
        ({"before_from": None}, "before_from"),
        ({"before_to": date(2025, 12, 31)}, "before_to"),
        ({"after_to": date(2026, 2, 28)}, "after_to"),
        ({"after_from": date(2026, 1, 31)}, "after_from"),
    ],
)
def test_the_two_windows_follow_one_another(change, field):
    days = {**DAYS, **change}
    error = rules.windows_error((days["before_from"], days["before_to"]), (days["after_from"], days["after_to"]))
    assert (error and error[0]) == field


@pytest.mark.parametrize("name", ["cause", "cause_method", "measure", "owner", "due_on", "metric"])
def test_a_measure_begins_with_cause_method_owner_day_and_metric(name):
    assert rules.stage_error(Stage.DO, READY) is None and rules.stage_error(Stage.PLAN, {}) is None
    assert rules.stage_error(Stage.DO, {**READY, name: ""})[0] == name
    assert rules.stage_error(Stage.ACT, READY)[0] == "stage"
    assert rules.stage_error(Stage.ACT, {**READY, "result": {"before": {"of": 3}}}) is None


@pytest.mark.parametrize(
    ("verdict", "reason", "note", "field"),
    [
        ("better", "", "", None),
        ("better", "too_few", "", "no_effect_reason"),
        ("unclear", "", "", "no_effect_reason"),
        ("", "", "", "no_effect_reason"),
        ("worse", "no_change", " ", "closing_note"),
        ("too_few", "too_few", "只有三件", None),
    ],
)
def test_nothing_is_closed_without_an_effect_or_a_reason_with_a_note(verdict, reason, note, field):
    error = rules.closing_error({"effect": {"verdict": verdict}} if verdict else {}, reason, note)
    assert (error and error[0]) == field

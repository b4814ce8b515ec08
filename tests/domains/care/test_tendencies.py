"""Tendencies of a client: quarters and states, descriptive words without diagnosis, nothing without consent."""

from datetime import date, timedelta

import pytest

from dakehu.analytics.tendencies import RULES, Tendency
from dakehu.domains.care.tendencies.rules import differs_from_level, interval, last_quarters, quarter_of, state_of
from dakehu.domains.care.tendencies.words import FORBIDDEN, LACKS, WORDS
from dakehu.domains.compliance.consents.actions import give_consent, publish_consent_text, withdraw_consent
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

NAN = float("nan")


def tendency(size: float = 0.2, error: float = 0.05, is_reported: bool = False, lacks: str = "") -> Tendency:
    return Tendency("disposition", size, error, 30, is_reported, lacks)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2026-01-01", "2026-01-01", "2026-03-31"),
        ("2026-11-29", "2026-10-01", "2026-12-31"),
        ("2028-02-29", "2028-01-01", "2028-03-31"),
    ],
)
def test_a_quarter_is_that_of_the_calendar(day, first, last):
    quarter = quarter_of(date.fromisoformat(day))
    assert (quarter.first.isoformat(), quarter.last.isoformat()) == (first, last)


def test_the_last_two_quarters_that_are_over_are_measured():
    earlier, latest = last_quarters(date(2026, 11, 29))
    assert (earlier.label, latest.label) == ("2026Q2", "2026Q3")
    assert last_quarters(date(2026, 1, 5))[1].label == "2025Q4"
    assert all(
        quarter_of(date(2024, 1, 1) + timedelta(days=n)).last >= date(2024, 1, 1) + timedelta(days=n)
        for n in range(800)
    )


@pytest.mark.parametrize(
    ("before", "now", "state"),
    [
        (tendency(is_reported=True), tendency(is_reported=True), "shown"),
        (tendency(), tendency(is_reported=True), "once"),
        (None, tendency(is_reported=True), "once"),
        (tendency(is_reported=True), tendency(), "none"),
        (tendency(is_reported=True), tendency(NAN, NAN, lacks="buys"), "insufficient"),
    ],
)
def test_a_tendency_is_named_only_where_it_comes_in_two_quarters_running(before, now, state):
    assert state_of(before, now) == state


def test_a_fact_has_no_interval_and_a_level_is_compared_only_where_both_are_known():
    assert interval(tendency()) == pytest.approx((0.102, 0.298)) and interval(tendency(error=NAN)) is None
    assert differs_from_level("C1", 0.12) is True and differs_from_level("C4", 0.12) is False
    assert differs_from_level("C5", 0.9) is None and differs_from_level("C1", None) is None


def test_every_tendency_is_described_in_both_languages_and_none_is_a_diagnosis():
    texts = [
        str(text.zh) + str(text.en)
        for one in WORDS.values()
        for text in (one.label, one.measure, one.sentence, one.talk)
    ]
    assert set(WORDS) == set(RULES) and all(texts)
    assert [word for text in texts for word in FORBIDDEN if word in text.casefold()] == []
    assert all(text.zh and text.en for text in LACKS.values())


@pytest.mark.django_db
def test_nothing_is_measured_without_consent_and_nothing_from_its_withdrawal_on(lin, wang, an, he, zhang):
    with acting(lin):
        refused = ask("care.tendencies", {"client": zhang.pk})
        assert refused["has_consent"] is False and refused["tendencies"] == []
    with acting(he):
        publish_consent_text(purpose="profiling", text_zh="画像分析说明")
    with acting(lin):
        give_consent(client=zhang, purpose="profiling")
        given = ask("care.tendencies", {"client": zhang.pk})
        assert given["has_consent"] and {row["state"] for row in given["tendencies"]} == {"insufficient"}
        perform(
            "care.record_tendency_remark", {"client": zhang.pk, "tendency": "panic", "text": "那几次卖出是为了付房款"}
        )
        (remark,) = ask("care.tendencies", {"client": zhang.pk})["remarks"]
        assert remark["text"] == "那几次卖出是为了付房款"
        withdraw_consent(client=zhang, purpose="profiling")
        with pytest.raises(Refused, match=r"画像|profiling"):
            perform("care.record_tendency_remark", {"client": zhang.pk, "tendency": "panic", "text": "再说"})
        assert ask("care.tendencies", {"client": zhang.pk})["has_consent"] is False
    with acting(an), pytest.raises(NotAllowed):
        ask("care.tendencies", {"client": zhang.pk})

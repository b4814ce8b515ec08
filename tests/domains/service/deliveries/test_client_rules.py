"""Who may be written to: each rule refuses by its name."""

from datetime import date, datetime

import pytest

from dakehu.domains.service.deliveries.client_rules import ClientFacts, refusals
from dakehu.domains.service.deliveries.client_text import refusals as text_refusals
from dakehu.domains.service.deliveries.quiet import end_of_quiet, is_quiet

NOON, NIGHT = datetime(2026, 11, 30, 12, 0), datetime(2026, 11, 30, 22, 15)
GIVEN = (date(2026, 1, 1), "marketing", "", "given")


def facts(**changes):
    plain = {
        "status": "active",
        "consents": (GIVEN,),
        "has_complaint": False,
        "is_paused": False,
        "contacts": 0,
        "most_contacts": 2,
        "quiet_from": "20:30",
        "quiet_until": "09:00",
    }
    return ClientFacts(**{**plain, **changes})


def names(found):
    return [one.rule for one in found]


def test_a_client_who_agreed_may_be_written_to_by_day():
    assert refusals(facts(), "mail", "campaign", NOON) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"consents": (GIVEN, (date(2026, 5, 1), "marketing", "", "withdrawn"))}, "opt_out"),
        ({"consents": (GIVEN, (date(2026, 5, 1), "marketing", "mail", "refused"))}, "opt_out"),
        ({"consents": ()}, "no_consent"),
        ({"has_complaint": True, "is_paused": True}, "open_complaint"),
        ({"is_paused": True}, "marketing_paused"),
        ({"contacts": 2}, "too_often"),
        ({"status": "restricted"}, "restricted"),
        ({"status": "closed"}, "restricted"),
    ],
)
def test_a_campaign_is_refused_by_the_name_of_the_rule(changes, rule):
    assert names(refusals(facts(**changes), "mail", "campaign", NOON)) == [rule]


def test_a_refusal_of_text_messages_does_not_bar_mail_and_the_last_word_counts():
    barred = (GIVEN, (date(2026, 5, 1), "marketing", "mobile", "refused"))
    assert refusals(facts(consents=barred), "mail", "campaign", NOON) == []
    assert names(refusals(facts(consents=barred), "sms", "campaign", NOON)) == ["opt_out"]
    again = (*barred, (date(2026, 6, 1), "marketing", "mobile", "given"))
    assert refusals(facts(consents=again), "sms", "campaign", NOON) == []


def test_an_answer_to_a_client_who_complains_is_no_offer():
    assert refusals(facts(consents=(), has_complaint=True, contacts=9), "mail", "client_mail", NOON) == []


def test_quiet_hours_hold_back_all_but_what_is_owed():
    assert names(refusals(facts(), "mail", "client_mail", NIGHT)) == ["quiet_hours"]
    assert refusals(facts(status="restricted"), "mail", "duty", NIGHT) == []


def test_every_refusal_speaks_both_languages():
    found = refusals(facts(status="closed", consents=(), contacts=5, has_complaint=True), "mail", "event", NIGHT)
    assert len(found) == 5 and all(one.zh and one.en.isascii() for one in found)


@pytest.mark.parametrize(
    ("at", "since", "until", "end"),
    [
        (datetime(2026, 11, 30, 22, 0), "20:30", "09:00", datetime(2026, 12, 1, 9, 0)),
        (datetime(2026, 11, 30, 6, 0), "20:30", "09:00", datetime(2026, 11, 30, 9, 0)),
        (datetime(2026, 11, 30, 13, 0), "12:00", "14:00", datetime(2026, 11, 30, 14, 0)),
        (datetime(2026, 11, 30, 9, 0), "20:30", "09:00", datetime(2026, 11, 30, 9, 0)),
        (datetime(2026, 11, 30, 9, 0), "", "", datetime(2026, 11, 30, 9, 0)),
    ],
)
def test_quiet_hours_end_on_the_right_day(at, since, until, end):
    assert end_of_quiet(at, since, until) == end and is_quiet(at, since, until) == (end != at)


@pytest.mark.django_db
def test_an_open_placeholder_and_an_empty_text_do_not_leave():
    assert names(text_refusals("尊敬的 {name}：", "campaign")) == ["open_placeholder"]
    assert names(text_refusals("  ", "campaign")) == ["empty_text"]
    assert text_refusals("年化 {3%} 以内", "campaign") == []

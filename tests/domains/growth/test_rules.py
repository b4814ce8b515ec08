"""The rules of the pool, of opportunities and of prospects, on plain values."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from dakehu.domains.growth.opportunities import rules as opportunity_rules
from dakehu.domains.growth.opportunities.rules import expectation, furthest_rates, hit_rate, quarter_of
from dakehu.domains.growth.pool import rules
from dakehu.domains.growth.pool.rules import RECYCLE, WARN, WARN_LAST, Taking, claim_error, counted_days, next_step
from dakehu.domains.growth.prospects.rules import contact_error

MONDAY = date(2026, 11, 23)


def is_weekday(day: date) -> bool:
    return day.weekday() < 5


def test_a_free_limit_lets_one_claim():
    assert claim_error(Taking(3, 10, 20, 50), MONDAY) is None
    assert claim_error(Taking(999, 0, 999, 0), MONDAY) is None, "0 is no limit"


@pytest.mark.parametrize(
    ("taking", "said"),
    [
        (Taking(10, 10, 0, 50), "limit of a day"),
        (Taking(0, 10, 50, 50), "in hand"),
        (Taking(0, 10, 0, 50, True, MONDAY + timedelta(days=1)), "previous owner"),
    ],
)
def test_a_limit_is_named_where_it_keeps_one_from_claiming(taking, said):
    assert said in claim_error(taking, MONDAY)[2]


def test_the_previous_owner_may_claim_on_the_last_day_of_the_pause():
    assert claim_error(Taking(0, 10, 0, 50, True, MONDAY), MONDAY) is None
    assert claim_error(Taking(0, 10, 0, 50, False, MONDAY + timedelta(days=9)), MONDAY) is None, "others may at once"


def test_weekends_and_absence_stop_the_clock():
    away = {MONDAY + timedelta(days=n) for n in (1, 2)}
    assert counted_days(MONDAY, MONDAY + timedelta(days=7), is_weekday) == 5
    assert counted_days(MONDAY, MONDAY + timedelta(days=7), lambda day: is_weekday(day) and day not in away) == 3
    assert counted_days(MONDAY, MONDAY, is_weekday) == 0


def test_the_day_of_going_back_skips_days_that_do_not_count():
    assert rules.day_of_going_back(MONDAY, 5, is_weekday) == MONDAY + timedelta(days=7)
    assert rules.day_of_going_back(MONDAY, 0, is_weekday) == MONDAY


def test_over_the_year_each_prospect_is_warned_twice_before_it_goes_back():
    warned = warned_last = None
    seen = []
    for n in range(60):
        today = MONDAY + timedelta(days=n)
        left = 30 - counted_days(MONDAY, today, is_weekday)
        due = next_step(left=left, warn=7, warn_last=1, warned_on=warned, warned_last_on=warned_last, today=today)
        if due:
            seen.append((due, left))
        warned = today if due == WARN else warned
        warned_last = today if due == WARN_LAST else warned_last
        if due == RECYCLE:
            break
    assert seen == [(WARN, 7), (WARN_LAST, 1), (RECYCLE, 0)]


def test_a_rule_made_stricter_takes_nothing_without_a_warning():
    given = {"warn": 7, "warn_last": 1, "today": MONDAY}
    assert next_step(left=-20, warned_on=None, warned_last_on=None, **given) == WARN_LAST
    assert next_step(left=-20, warned_on=None, warned_last_on=MONDAY, **given) == "", "not on the day of the warning"
    assert next_step(left=-20, warned_on=None, warned_last_on=MONDAY - timedelta(days=1), **given) == RECYCLE
    assert next_step(left=0, warn=0, warn_last=0, warned_on=None, warned_last_on=None, today=MONDAY) == RECYCLE


def test_a_hit_rate_needs_twenty_ended_opportunities():
    assert hit_rate(10, 19).rate is None
    found = hit_rate(10, 20)
    assert found.rate == 0.5 and round(found.low, 4) == 0.2993 and round(found.high, 4) == 0.7007


def test_wilsons_interval_stays_within_a_share_at_its_ends():
    assert hit_rate(0, 20).low == 0.0 and round(hit_rate(0, 20).high, 4) == 0.1611
    assert hit_rate(20, 20).high == 1.0 and round(hit_rate(20, 20).low, 4) == 0.8389


def test_a_stage_counts_whoever_reached_it_or_went_past_it():
    ended = [(10, False)] * 20 + [(30, False)] * 10 + [(10, True)] * 10
    rates = furthest_rates([10, 20, 30], ended)
    assert (rates[10].won, rates[10].ended) == (10, 40)
    assert (rates[20].won, rates[20].ended) == (10, 20) == (rates[30].won, rates[30].ended)


def test_an_expectation_says_how_many_have_no_amount_and_nothing_below_the_minimum():
    amounts = [Decimal(1_000_000), None, Decimal(3_000_000)]
    found = expectation(amounts, hit_rate(10, 20))
    assert (found.count, found.without_amount, found.amount) == (3, 1, Decimal(4_000_000))
    assert found.expected == Decimal("2000000.00") and found.low < found.expected < found.high
    assert expectation(amounts, hit_rate(1, 2)).expected is None


@pytest.mark.parametrize(
    ("day", "first", "beyond"),
    [
        (date(2026, 11, 29), date(2026, 10, 1), date(2027, 1, 1)),
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 9, 30), date(2026, 7, 1), date(2026, 10, 1)),
    ],
)
def test_a_day_belongs_to_its_quarter(day, first, beyond):
    assert quarter_of(day) == (first, beyond)


def test_an_opportunity_is_stale_once_it_is_older_than_its_stage_allows():
    assert not opportunity_rules.is_stale(14, 14) and opportunity_rules.is_stale(15, 14)
    assert not opportunity_rules.is_stale(999, None)


def test_who_refused_is_contacted_only_if_they_contacted_us():
    now = datetime(2026, 11, 23, 10)
    given = {"held_at": now, "now": now, "next_on": None, "held_on": MONDAY}
    assert contact_error(has_refused=True, is_inbound=False, **given)[0] == "prospect"
    assert contact_error(has_refused=True, is_inbound=True, **given) is None
    assert contact_error(has_refused=False, is_inbound=False, **given) is None

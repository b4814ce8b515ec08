"""When a feed is due and late, by trading days; without a database."""

from datetime import UTC, date, datetime

from dakehu.domains.ledger.feeds.declarations import BALANCES, PRODUCT_RISKS
from dakehu.domains.ledger.feeds.rules import due_moment, punctuality

THU, FRI, MON, TUE = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)
TRADING = [THU, FRI, MON, TUE]


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def test_friday_is_due_on_monday_morning():
    assert due_moment(BALANCES, FRI, TRADING, UTC) == at(MON, 8, 30)
    assert due_moment(BALANCES, TUE, TRADING, UTC) is None


def test_a_day_is_late_only_once_its_moment_has_passed():
    assert punctuality(BALANCES, [THU], TRADING, at(MON, 8, 29)).late == 0
    found = punctuality(BALANCES, [THU], TRADING, at(MON, 8, 30))
    assert (found.late, found.expected, found.missing) == (1, FRI, (FRI,))


def test_a_gap_is_named_though_the_newest_has_come():
    found = punctuality(BALANCES, [THU, MON], TRADING, at(TUE, 9))
    assert (found.late, found.missing) == (0, (FRI,))


def test_days_before_the_first_file_are_not_missing():
    assert punctuality(BALANCES, [MON], TRADING, at(TUE, 9)).missing == ()


def test_a_feed_with_nothing_to_say_on_a_day_is_never_late():
    assert punctuality(PRODUCT_RISKS, [THU], TRADING, at(TUE, 9)).late == 0
    assert punctuality(BALANCES, [], TRADING, at(TUE, 9)).late == 0

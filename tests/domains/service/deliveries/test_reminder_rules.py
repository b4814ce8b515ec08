"""When a notice is sent: once, at its hour, and to the lead if no one reads it."""

from datetime import date, datetime, timedelta

from dakehu.domains.service.deliveries.reminder_rules import Batch, Unread, Wishes, batches, notices_to_escalate

NOON, NIGHT, MORNING = (datetime(2026, 11, 30, hour, 30) for hour in (12, 22, 8))


def wishes(**changes):
    plain = {
        "timing": "at_once",
        "digest_at": "08:30",
        "urgent_at_once": True,
        "quiet_from": "20:00",
        "quiet_until": "08:00",
        "snoozed_until": None,
        "digested_on": date(2026, 11, 29),
    }
    return Wishes(**{**plain, **changes})


def unread(key, urgent=False, left=False, climbed=False, seen=NOON):
    return Unread(key, urgent, seen, left, climbed)


def test_by_day_everything_new_leaves_as_one_message_and_urgent_ones_apart():
    found = batches([unread("a"), unread("b"), unread("c", left=True), unread("d", urgent=True)], wishes(), NOON)
    assert found == [Batch(("d",), "notice"), Batch(("a", "b"), "notice")]


def test_at_night_it_waits_for_the_morning_but_the_urgent_does_not():
    found = batches([unread("a"), unread("d", urgent=True)], wishes(), NIGHT)
    assert found == [Batch(("d",), "notice"), Batch(("a",), "notice", datetime(2026, 12, 1, 8, 0), "quiet_hours")]


def test_a_snooze_holds_everything():
    until = NIGHT + timedelta(days=2)
    found = batches([unread("a"), unread("d", urgent=True)], wishes(snoozed_until=until), NIGHT)
    assert [(one.keys, one.held_by, one.not_before) for one in found] == [
        (("d",), "snoozed", until),
        (("a",), "snoozed", until),
    ]
    assert batches([unread("a")], wishes(snoozed_until=NOON - timedelta(hours=1)), NOON) == [Batch(("a",), "notice")]


def test_the_digest_comes_once_in_the_morning_with_all_that_is_unread():
    rows = [unread("a"), unread("b", left=True)]
    by_digest = wishes(timing="digest")
    assert batches(rows, by_digest, MORNING) == [Batch(("a", "b"), "digest")]
    assert batches(rows, by_digest, MORNING - timedelta(minutes=1)) == []
    assert batches(rows, wishes(timing="digest", digested_on=NOON.date()), NOON) == []


def test_urgent_ones_join_the_digest_where_their_reader_wants_it():
    found = batches([unread("d", urgent=True)], wishes(timing="digest", urgent_at_once=False), MORNING)
    assert found == [Batch(("d",), "digest")]


def test_nothing_leaves_for_who_wants_to_stay_in_the_desk():
    assert batches([unread("d", urgent=True)], wishes(timing="never"), NOON) == []


def test_what_nobody_reads_climbs_once_and_only_where_it_is_urgent():
    old = NOON - timedelta(minutes=90)
    rows = [
        unread("a", urgent=True, seen=old),
        unread("b", seen=old),
        unread("c", urgent=True, seen=old, climbed=True),
        unread("d", urgent=True),
    ]
    assert notices_to_escalate(rows, 90, NOON) == ["a"]
    assert notices_to_escalate(rows, None, NOON) == []

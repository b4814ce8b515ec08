"""When a client is contacted next, and why on that day."""

from datetime import date, timedelta

from dakehu.domains.service.calendar.contact_rules import Standard, Wish, days_of, next_contact, wish_error

GOLD = Standard("T2 金", {"call": 30, "visit": 180}, 30)
TODAY = date(2027, 1, 20)  # a Wednesday
# The closing days of the spring festival of 2027 and of the turn of the year, as announced by the exchanges.
HOLIDAYS = {date(2027, 2, 5) + timedelta(days=n) for n in range(8)} | {date(2027, 1, 1)}


def is_open(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


NO_WISH = Wish()


def on(last, wish=NO_WISH, standard=GOLD, today=TODAY):
    return next_contact(standard, last, wish, today, is_open)


def test_the_next_contact_is_the_last_working_day_by_which_it_is_owed():
    found = on({"call": date(2027, 1, 14), "visit": date(2026, 12, 1)})
    assert (found.owed_on, found.on) == (date(2027, 2, 13), date(2027, 2, 4))  # before the festival, not after it
    assert [str(why) for why in found.why] == [
        "T2 金标准：每 30 天一次电话，上次 2027-01-14",
        "2027-02-13 非工作日，提前",
    ]


def test_a_contact_owed_on_new_year_is_made_the_day_before():
    found = on({"call": date(2026, 12, 2)}, standard=Standard("T2", {"call": 30}, None), today=date(2026, 12, 20))
    assert (found.owed_on, found.on) == (date(2027, 1, 1), date(2026, 12, 31))


def test_an_overdue_contact_goes_on_the_first_working_day_from_today():
    found = on({"call": date(2026, 11, 1), "visit": date(2026, 12, 1)}, today=date(2027, 2, 6))
    assert (found.on, found.late_days(date(2027, 2, 6))) == (date(2027, 2, 15), 37)


def test_a_visit_counts_as_a_call_and_a_call_not_as_a_visit():
    assert on({"visit": date(2027, 1, 18)}).owed_on == date(2027, 2, 17)
    found = on({"call": date(2027, 1, 18), "visit": date(2026, 7, 20)})
    assert (found.kind, found.channel, found.owed_on) == ("visit", "meeting", date(2027, 1, 16))


def test_a_client_who_was_never_contacted_is_contacted_at_once():
    found = on({})
    assert (found.on, found.kind) == (TODAY, "visit")
    assert str(found.why[0]).endswith("尚无记录")


def test_the_clients_own_rhythm_channel_and_weekdays_win():
    wish = Wish(channel="wechat", every_days=60, days=days_of("24"))
    found = on({"call": date(2026, 12, 1)}, wish)
    assert (found.on, found.channel, found.on.isoweekday()) == (date(2027, 1, 28), "wechat", 4)


def test_who_does_not_wish_contact_has_no_day_and_says_so():
    found = on({"call": date(2020, 1, 1)}, Wish(no_contact=True))
    assert found.on is None
    assert str(found.why[0]) == "客户不希望被主动联系"


def test_no_contact_until_a_day_moves_the_contact_behind_it():
    found = on({"call": date(2026, 12, 1), "visit": TODAY}, Wish(no_contact_until=date(2027, 2, 19)))
    assert found.on == date(2027, 2, 22)
    assert "2027-02-19" in str(found.why[1])


def test_a_contact_put_off_keeps_its_reason_until_the_client_was_contacted():
    wish = Wish(moved_to=date(2027, 2, 27), moved_reason="客户出国", moved_at=date(2027, 1, 19))
    found = on({"call": date(2026, 12, 1), "visit": date(2026, 12, 1)}, wish)
    assert (found.on, str(found.why[1])) == (date(2027, 3, 1), "已推迟：客户出国")
    assert on({"call": date(2027, 1, 19), "visit": date(2026, 12, 1)}, wish).on == date(2027, 2, 18)


def test_a_tier_without_a_standard_owes_nothing_and_says_so():
    assert on({}, standard=Standard("T0")).on is None
    assert on({}, Wish(every_days=90), standard=Standard("T0")).on == TODAY


def test_wishes_that_contradict_themselves_are_refused():
    assert wish_error("17", "", "", None, TODAY)[0] == "days"
    assert wish_error("", "11:00", "10:00", None, TODAY)[0] == "until_time"
    assert wish_error("", "9:30", "", None, TODAY)[0] == "from_time"
    assert wish_error("", "", "", TODAY - timedelta(days=1), TODAY)[0] == "no_contact_until"
    assert wish_error("135", "09:00", "10:00", TODAY, TODAY) is None

"""The plan of a week within the capacity of its days."""

from datetime import date, timedelta
from random import Random

from dakehu.domains.service.calendar.week_rules import Work, plan_week

MONDAY = date(2026, 12, 28)
WEEK = {
    MONDAY + timedelta(days=n): minutes for n, minutes in enumerate((100, 100, 100, 100, 0, 0, 0))
}  # Friday is closed
FRIDAY = MONDAY + timedelta(days=4)


def work(key: str, minutes: int, due: date = FRIDAY, **more) -> Work:
    return Work(key, minutes, due, **more)


def test_mandatory_work_comes_first_and_by_its_deadline():
    plan = plan_week(WEEK, [work("visit", 90, rank=9), work("notice", 60, due=MONDAY, mandatory=True)])
    assert plan.placed == {"notice": MONDAY, "visit": MONDAY + timedelta(days=1)}


def test_higher_tiers_come_before_lower_ones_where_not_all_fit():
    plan = plan_week({MONDAY: 100}, [work("t1", 60, rank=1), work("t5", 60, rank=5)])
    assert list(plan.placed) == ["t5"]
    assert str(plan.left[0].why) == "合适的日子最多剩 40 分钟，需要 60 分钟"


def test_what_does_not_fit_is_listed_and_no_day_holds_more_than_it_can():
    random = Random(16)
    works = [work(f"w{n}", random.choice((12, 20, 90)), rank=random.randint(0, 6)) for n in range(60)]
    plan = plan_week(WEEK, works)
    minutes = {one.key: one.minutes for one in works}
    for day, day_capacity in WEEK.items():
        assert sum(minutes[key] for key, on in plan.placed.items() if on == day) + plan.free[day] == day_capacity
    assert set(plan.placed) | {one.work.key for one in plan.left} == set(minutes)
    assert not set(plan.placed) & {one.work.key for one in plan.left}


def test_a_day_off_is_never_planned_and_the_weekday_that_suits_is_kept():
    plan = plan_week(WEEK, [work("friday", 12, days=frozenset({5})), work("tuesday", 12, days=frozenset({2}))])
    assert plan.placed == {"tuesday": MONDAY + timedelta(days=1)}
    assert str(plan.left[0].why) == "截止前没有合适的工作日"


def test_what_stands_on_a_day_is_not_moved_and_says_when_it_does_not_fit():
    plan = plan_week(WEEK, [work("a", 90, fixed=MONDAY), work("b", 90, fixed=MONDAY)])
    assert plan.placed == {"a": MONDAY}
    assert str(plan.left[0].why) == "2026-12-28 剩余 10 分钟，需要 90 分钟"


def test_a_week_away_has_no_room_and_says_so():
    plan = plan_week(dict.fromkeys(WEEK, 0), [work("a", 12)])
    assert str(plan.left[0].why) == "本周没有剩余工时"


def test_days_fill_evenly():
    plan = plan_week(WEEK, [work(f"c{n}", 12) for n in range(8)])
    assert sorted(plan.placed.values()) == sorted([MONDAY + timedelta(days=n) for n in range(4)] * 2)


def test_the_same_work_gives_the_same_plan_in_whatever_order_it_comes():
    works = [work(f"c{n}", 30 + n, rank=n % 3) for n in range(20)]
    assert plan_week(WEEK, works) == plan_week(WEEK, list(reversed(works)))

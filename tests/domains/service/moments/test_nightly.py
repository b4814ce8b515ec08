"""The night finds what clients need, once; clears what has ended, and escalates late moments."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dakehu.domains.service.models import Moment, MomentRule, MomentRun
from dakehu.domains.service.moments import nightly
from dakehu.domains.tiers import assign
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.nightly.run import DOOR
from dakehu.foundation.schema.nightly import Night, missing_data, steps
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
FRIDAY = date(2026, 11, 27)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def frozen(monkeypatch):
    """Set the clock to an hour of the desk's zone."""

    def freeze(*when):
        now = datetime(*when, tzinfo=SHANGHAI)
        monkeypatch.setattr(clock, "now", lambda: now)
        monkeypatch.setattr(clock, "today", lambda: now.date())

    freeze(2026, 11, 27, 18, 30)
    return freeze


def run(day=FRIDAY):
    with as_system():
        return nightly.run(day)


def moments(**filters):
    with as_system():
        return list(Moment.objects.filter(**filters).order_by("kind", "object"))


def set_client(user, client, **values):
    with acting(user):
        perform("clients.change", {"client": client.code, **values})


def test_an_expiring_risk_test_fires_with_values_owner_and_deadline(frozen, lin, zhang):
    set_client(lin, zhang, risk_level="C3", risk_valid_to="2026-12-20")
    found = run()
    (row,) = moments(kind="M06")
    assert (row.owner_id, row.priority, row.mandatory, row.state, row.object) == (lin.pk, 2, True, "open", "30")
    assert row.values == {"risk_valid_in": 23, "risk_valid_to": "2026-12-20", "risk_level": "C3"}
    assert clock.local(row.due_at).date() == date(2026, 12, 4)
    assert found["new"] == len(moments()) and not found["unchanged"]


def test_a_second_run_with_nothing_new_writes_nothing(frozen, lin, zhang):
    set_client(lin, zhang, risk_level="C3", risk_valid_to="2026-12-20")
    run()
    with as_system():
        entries = AuditEntry.objects.count()
    again = run()
    with as_system():
        assert AuditEntry.objects.count() == entries
    assert again["unchanged"] and (again["new"], again["cleared"], again["escalated"]) == (0, 0, 0)


def test_the_next_step_takes_the_place_of_one_nobody_worked(frozen, lin, zhang):
    set_client(lin, zhang, risk_level="C3", risk_valid_to="2026-12-20")
    run()
    frozen(2026, 12, 7, 18, 30)
    run(date(2026, 12, 7))
    first, second = sorted(moments(kind="M06"), key=lambda row: row.fired_on)
    assert (first.object, first.state, first.cleared_on) == ("30", "lapsed", date(2026, 12, 7))
    assert (second.object, second.state, second.cleared_on) == ("15", "open", None)


def test_a_state_that_clears_closes_its_moment_and_may_fire_again(frozen, lin, zhang):
    set_client(lin, zhang, risk_level="C3", risk_valid_to="2026-12-20")
    run()
    set_client(lin, zhang, risk_valid_to="2028-12-20")
    assert run()["lapsed"] == 1
    set_client(lin, zhang, risk_valid_to="2026-12-20")
    assert [row.state for row in moments(kind="M06")] == ["lapsed"]
    run()
    assert sorted(row.state for row in moments(kind="M06")) == ["lapsed", "open"]


def test_a_done_moment_does_not_fire_again_until_its_state_has_cleared(frozen, lin, zhang):
    set_client(lin, zhang, risk_level="C3", risk_valid_to="2026-12-20")
    run()
    with acting(lin):
        perform("service.work_moment", {"moment": moments(kind="M06")[0].pk, "outcome": "reached"})
    run()
    assert [row.state for row in moments(kind="M06")] == ["done"]


def test_a_complaint_is_there_at_once_and_done_when_it_is_closed(frozen, lin, zhou, zhang):
    from dakehu.domains.service.moments.reactions import on_complaint

    with acting(lin):
        made = perform("compliance.register_complaint", {"client": zhang.code, "subject": "收费争议"})
    on_complaint(complaint=made.pk)
    on_complaint(complaint=made.pk)
    (row,) = moments(kind="M35")
    assert (row.priority, row.mandatory, row.state, row.object) == (1, True, "open", f"complaint:{made.pk}")
    with acting(zhou):
        perform("compliance.close_complaint", {"complaint": made.pk, "outcome": "已退费"})
    on_complaint(complaint=made.pk)
    assert [(one.state, one.cleared_on) for one in moments(kind="M35")] == [("done", FRIDAY)]


def test_two_contacts_in_a_week_hold_back_a_birthday_but_no_risk_test(frozen, lin, zhang):
    set_client(lin, zhang, birth_on="1980-11-28", risk_level="C3", risk_valid_to="2026-12-20")
    with acting(lin):
        for day in (24, 26):
            perform(
                "service.log_interaction",
                {"client": zhang.code, "held_at": f"2026-11-{day} 10:00", "summary": "电话", "channel": "电话"},
            )
    run()
    assert {row.kind for row in moments()} >= {"M06"} and not moments(kind="M33")


def test_who_refused_contact_gets_no_birthday_call(frozen, lin, zhang):
    set_client(lin, zhang, birth_on="1980-11-28")
    with acting(lin):
        perform("clients.record_consent", {"client": zhang.code, "purpose": "营销推广", "state": "拒绝"})
    run()
    assert not moments(kind="M33")


@pytest.mark.parametrize(
    ("birth", "day", "fires"),
    [
        ("1980-11-28", date(2026, 11, 27), True),  # a Saturday, greeted on Friday's list
        ("1980-11-30", date(2026, 11, 27), True),  # the next trading day
        ("1980-12-01", date(2026, 11, 27), False),
        ("1980-02-29", date(2027, 2, 26), True),  # kept on the 28th, a Sunday
        ("1980-02-29", date(2027, 3, 1), False),
        ("1980-02-29", date(2028, 2, 28), True),  # a leap year: the 29th itself
    ],
)
def test_birthdays_until_the_next_trading_day(frozen, lin, zhang, birth, day, fires):
    frozen(day.year, day.month, day.day, 18, 0)
    set_client(lin, zhang, birth_on=birth)
    run(day)
    assert bool(moments(kind="M33")) == fires


@pytest.mark.parametrize(("hour", "minute", "day"), [(0, 30, date(2026, 11, 27)), (23, 30, date(2026, 11, 27))])
def test_the_day_is_that_of_the_desk_at_every_hour(frozen, lin, zhang, hour, minute, day):
    frozen(2026, 11, 27, hour, minute)
    with as_system():
        assert nightly.run()["day"] == day.isoformat()
    frozen(2026, 11, 28, hour, minute)  # a Saturday: the trading day before
    with as_system():
        assert nightly.run()["day"] == day.isoformat()


def test_types_without_data_say_so(frozen, lin, zhang):
    waiting = {one["kind"]: one["why"] for one in run()["waiting"]}
    assert "日终资产" in waiting["M09"] and "还没有" in waiting["M09"]
    assert "M06" not in waiting and "M33" not in waiting
    with as_system():
        stored = MomentRun.objects.get().waiting
        said = " ".join(str(words) for words in missing_data(FRIDAY))
    assert {one["kind"] for one in stored} == set(waiting)
    assert "还没有“融资融券合约”数据，这些关键时刻未计算：M01 M02 M03 M04" in said


def test_the_clients_of_another_team_are_not_among_a_leads_moments(frozen, lin, zhou, wang, zhang, qian):
    set_client(lin, zhang, risk_level="C3", risk_valid_to="2026-12-20")
    set_client(wang, qian, risk_level="C3", risk_valid_to="2026-12-20")
    run()
    with acting(zhou):
        rows = ask("service.moments", {"filters": {"kind": "M06"}})
    assert [row["client"]["id"] for row in rows["rows"]] == [zhang.pk]


def test_a_moment_of_who_is_away_goes_to_the_deputy(frozen, lin, zhou, zhang):
    set_client(lin, zhang, risk_level="C3", risk_valid_to="2026-12-20")
    with acting(zhou):
        perform("clients.assign", {"client": zhang.code, "user": zhou.pk, "role": "协办"})
        perform("service.record_absence", {"user": lin.pk, "first_on": "2026-11-28", "last_on": "2026-12-04"})
    run()
    (row,) = moments(kind="M06")
    assert (row.owner_id, row.escalation) == (zhou.pk, 1)


def test_a_late_mandatory_moment_climbs_to_deputy_and_lead(frozen, lin, zhou, zhang):
    set_client(lin, zhang, risk_level="C3", risk_valid_to="2026-12-20")
    run()
    (row,) = moments(kind="M06")
    with as_system(), act("test.age"):
        row.due_at = clock.now() - timedelta(days=1)
        row.save()
    levels = []
    for day in (date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)):
        frozen(day.year, day.month, day.day, 18, 0)
        run(day)
        levels.append(moments(kind="M06")[0].escalation)
    assert levels == [1, 2, 2]
    assert moments(kind="M06")[0].owner_id == zhou.pk


def test_a_rule_that_a_lead_switched_on_is_used_with_its_version(frozen, lin, zhang):
    set_client(lin, zhang, risk_level="C3", risk_valid_to="2027-02-20")
    with as_system(), act("test.rule"):
        MomentRule(
            kind="M06",
            version=3,
            text="测评剩余天数 <= 120天",
            switched_on=True,
            priority=1,
            deadline="T+1",
            changed_on=FRIDAY,
        ).save()
        MomentRule(
            kind="L01",
            version=1,
            name="新客户",
            text="开户天数 < 10天 且",
            switched_on=True,
            priority=3,
            deadline="T+1",
            changed_on=FRIDAY,
        ).save()
    found = run()
    (row,) = moments(kind="M06")
    assert (row.rule_version, row.priority, row.mandatory) == (3, 1, True)
    assert "L01" in {one["kind"] for one in found["waiting"]}


def test_nobody_but_the_system_or_an_administrator_runs_the_night(frozen, lin):
    with acting(lin), pytest.raises(NotAllowed):
        nightly.run(FRIDAY)


def test_of_an_earlier_day_only_what_happened_on_it_is_taken_up(frozen, lin, zhang):
    set_client(lin, zhang, risk_level="C3", risk_valid_to="2026-12-20")
    run()
    before = [(row.kind, row.object, row.state) for row in moments()]
    found = run(date(2026, 11, 26))
    assert found["cleared"] == 0 and [(row.kind, row.object, row.state) for row in moments()] == before


def test_tiers_that_were_assigned_later_are_something_new_for_moments(frozen, lin, zhou, zhang):
    set_client(lin, zhang, assets="8000000")
    with acting(zhou):
        perform("tiers.activate_scheme", {"scheme": perform("tiers.create_scheme", {"name": "默认方案"}).pk})
    step, night_now = next(one for one in steps() if one.name == "service.moments"), Night(FRIDAY, Path(), no_progress)
    with as_system():
        before = step.inputs(night_now)
    with acting_as(system_actor("the nightly run", DOOR)):
        assert step.inputs(night_now) == before
        assert assign.run(FRIDAY)["assigned"] == 1
        assert step.inputs(night_now) != before


def test_a_night_that_is_killed_while_it_writes_leaves_nothing_and_the_next_does_all(frozen, lin, zhang, monkeypatch):
    from dakehu.domains.service.moments import storage

    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    set_client(lin, zhang, risk_level="C3", risk_valid_to="2026-12-20")
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(storage, "add_audit_note", die)  # after the rows are written, before the action commits
        run()
    assert not moments()
    run()
    assert [row.state for row in moments(kind="M06")] == ["open"]


def test_the_client_sees_the_reason_in_words(frozen, lin, zhang):
    from dakehu.foundation.base.i18n import in_language

    set_client(lin, zhang, risk_level="C3", risk_valid_to="2026-12-20")
    run()
    with acting(lin):
        (row,) = ask("service.moments", {"filters": {"kind": "M06"}})["rows"]
        assert row["why"] == "测评剩余天数 23 天（≤ 60 天）"
        with in_language("en"):
            (row,) = ask("service.moments", {"filters": {"kind": "M06"}})["rows"]
    assert row["why"] == "Days until the risk test expires 23 days (≤ 60 days)"

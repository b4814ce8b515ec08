"""The nightly run: steps in order, each recorded separately; completed steps are not repeated; one run at a time."""

import errno
import json
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue
from dakehu.foundation.jobs.models import Job
from dakehu.foundation.nightly import run as night
from dakehu.foundation.nightly import schedule
from dakehu.foundation.nightly.models import NightlyRun, NightlyStepRun, NightState
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema import nightly
from dakehu.foundation.schema.nightly import NightlyStep
from tests.cast import acting, as_system
from tests.homes import own_home

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
DAY = date(2026, 11, 27)


@pytest.fixture
def declare(monkeypatch, settings, tmp_path):
    """Return a function that declares a step of a run without other steps; its `ran` lists those that were run."""
    own_home(settings, tmp_path / "home")
    settings.INBOX = ""
    monkeypatch.setattr(nightly, "_steps", {})
    monkeypatch.setattr(nightly, "_missing", {})
    ran = []

    def step(name, order, *, result=None, fault=None, **options):
        def run(night):
            ran.append(name)
            if fault is not None:
                raise fault
            return {} if result is None else result

        nightly.declare_step(NightlyStep(name, f"步骤{name}", f"Step {name}", order, run, **options))

    step.ran = ran
    return step


def run(day=DAY):
    with as_system():
        return night.run_night(day=day)


def states(report):
    return {one["step"]: one["state"] for one in report["steps"]}


def test_steps_run_in_their_order_and_are_recorded(declare):
    declare("b", 20, result={"clients": 3})
    declare("a", 10, result={"words": bilingual("导入 {n} 个", "{n} imported", n=2)})
    report = run()
    assert declare.ran == ["a", "b"] and report["state"] == "done" and report["day"] == "2026-11-27"
    first, second = report["steps"]
    assert first["result"]["words"] == {"zh": "导入 2 个", "en": "2 imported"} and second["result"] == {"clients": 3}
    assert first["seconds"] >= 0 and first["peak_mb"] > 10
    row = NightlyRun.objects.get()
    assert row.ended_at is not None and [one.step for one in row.steps.order_by("place")] == ["a", "b"]


def test_a_second_run_with_nothing_new_runs_only_what_always_looks(declare):
    declare("files", 10, result={"unchanged": True})
    declare("tiers", 20, inputs=lambda night: {"register": 7}, depends=("files",))
    run()
    report = run()
    assert declare.ran == ["files", "tiers", "files"]
    assert states(report) == {"files": "unchanged", "tiers": "unchanged"} and report["state"] == "unchanged"


def test_what_depends_on_something_new_is_done_again_and_nothing_else(declare):
    new, register = {"unchanged": True}, {"n": 1}
    declare("files", 10, result=new)
    declare("tiers", 20, inputs=lambda night: 1, depends=("files",))
    declare("apart", 30, inputs=lambda night: dict(register))
    run()
    new["unchanged"] = False
    assert states(run()) == {"files": "done", "tiers": "done", "apart": "unchanged"}
    new["unchanged"], register["n"] = True, 2
    assert states(run()) == {"files": "unchanged", "tiers": "unchanged", "apart": "done"}


def test_another_day_is_another_night(declare):
    declare("tiers", 20, inputs=lambda night: 1)
    run()
    assert states(run(date(2026, 11, 26))) == {"tiers": "done"} and states(run()) == {"tiers": "unchanged"}


def test_a_step_at_fault_stops_what_depends_on_it_and_says_so(declare):
    faulty = Refused({"prices": [bilingual("缺少行情", "No price")]})
    declare("close", 10, fault=faulty)
    declare("moments", 20, depends=("close",))
    declare("after", 30, depends=("moments",))
    declare("other", 40, depends=("not declared",))
    report = run()
    assert states(report) == {"close": "failed", "moments": "skipped", "after": "skipped", "other": "done"}
    assert report["state"] == "failed" and declare.ran == ["close", "other"]
    close, moments = report["steps"][:2]
    assert close["error"] == {"zh": "缺少行情", "en": "No price"}
    assert "步骤close" in moments["error"]["zh"] and "Step close" in moments["error"]["en"]


def test_a_step_that_failed_is_run_again_though_nothing_has_changed(declare):
    declare("tiers", 10, inputs=lambda night: 1, fault=ValueError("secret of a client"))
    assert states(run()) == {"tiers": "failed"}
    report = run()
    assert declare.ran == ["tiers", "tiers"]
    assert "secret" not in json.dumps(report["steps"][0]["error"]) and "ValueError" in report["steps"][0]["error"]["zh"]


def test_a_full_disk_is_said_in_the_words_of_the_desk(declare):
    declare("close", 10, fault=OSError(errno.ENOSPC, "No space left on device"))
    assert "磁盘已满" in run()["steps"][0]["error"]["zh"]


def test_two_runs_never_overlap(declare):
    def again(night_now):
        with pytest.raises(Refused, match="正在进行"):
            run()
        return {}

    nightly.declare_step(NightlyStep("one", "一", "One", 10, again))
    assert states(run()) == {"one": "done"} and NightlyRun.objects.count() == 1
    assert states(run()) == {"one": "done"}


def test_a_run_whose_process_died_is_marked_and_its_steps_run_again(declare):
    declare("tiers", 10, inputs=lambda night: 1)
    run()
    dead = NightlyRun.objects.create(day=DAY, origin="command", started_at=clock.now())
    NightlyStepRun.objects.create(run=dead, step="tiers", place=0, started_at=clock.now())
    report = run()
    dead.refresh_from_db()
    assert dead.state == NightState.INTERRUPTED and dead.steps.get().state == NightState.INTERRUPTED
    assert states(report) == {"tiers": "done"}


def test_what_has_not_come_is_said(declare):
    nightly.declare_missing_data("feeds", lambda day: [bilingual("{day} 资产", "Assets of {day}", day=day.isoformat())])
    assert run()["missing"] == [{"zh": "2026-11-27 资产", "en": "Assets of 2026-11-27"}]


def test_the_night_acts_as_the_system_by_its_own_door_and_only_for_who_may(declare, admin, lin):
    def write(night_now):
        with act("test.write"):
            add_audit_note(rows=1)
        return {}

    nightly.declare_step(NightlyStep("one", "一", "One", 10, write))
    with acting(admin):
        night.run_night(day=DAY)
    with as_system():
        entry = AuditEntry.objects.get(action="test.write")
        assert (entry.actor_name, entry.door) == ("system", "night") and "nightly run" in entry.reason
    with acting(lin), pytest.raises(NotAllowed):
        night.run_night(day=DAY)


def test_the_state_of_the_desk_counts_what_people_do_and_not_the_night(declare, lin):
    def write(night_now):
        with act("test.write"):
            add_audit_note(rows=1)
        return {"state": night.desk_state()}

    nightly.declare_step(NightlyStep("one", "一", "One", 10, write))
    first, second = (run()["steps"][0]["result"]["state"] for _ in range(2))
    with acting(lin), act("test.person"):
        add_audit_note(rows=1)
    third = run()["steps"][0]["result"]["state"]
    assert first == second < third
    with as_system():
        assert night.desk_state(ignoring=("test.person",)) == first


@pytest.fixture
def at(monkeypatch, stored_firm_settings):
    """Return a function that sets the desk's clock to a time on 28 November 2026."""
    monkeypatch.setenv("DAKEHU_NIGHTLY_AT", "18:30")

    def set_time(hour, minute=0):
        now = datetime.combine(date(2026, 11, 28), time(hour, minute), ZoneInfo("Asia/Shanghai"))
        monkeypatch.setattr(clock, "now", lambda: now)

    return set_time


def test_the_run_starts_at_its_time_once(declare, at, settings):
    settings.NIGHTLY_AT = "18:30"
    declare("one", 10)
    with as_system():
        at(12)
        assert schedule.start_if_due() is not None  # the run of the previous evening was missed
        queue.run_due_jobs("w")
        assert schedule.start_if_due() is None
        at(18, 29)
        assert schedule.start_if_due() is None
        at(18, 31)
        number = schedule.start_if_due()
        assert number is not None and schedule.start_if_due() is None
        queue.run_due_jobs("w")
        assert Job.objects.get(pk=number).state == "done" and schedule.start_if_due() is None
        assert set(NightlyRun.objects.values_list("origin", flat=True)) == {"schedule"}


def test_a_file_that_comes_late_starts_another_run_after_a_pause(declare, at, settings):
    settings.NIGHTLY_AT = "18:30"
    waiting = []
    declare("files", 10, is_waiting=lambda folder: bool(waiting))
    with as_system():
        at(19)
        schedule.start_if_due()
        queue.run_due_jobs("w")
        waiting.append("late")
        assert not schedule.is_due()
        at(19, 6)
        assert schedule.is_due()
        waiting.clear()
        assert not schedule.is_due()


def test_without_a_time_the_run_is_started_by_hand(declare, settings, admin, lin):
    settings.NIGHTLY_AT = ""
    declare("one", 10)
    with as_system():
        assert schedule.start_if_due() is None
    with acting(lin), pytest.raises(NotAllowed):
        perform("firm.start_nightly_run", {})
    with acting(admin):
        perform("firm.start_nightly_run", {})
        with pytest.raises(Refused, match="正在进行"):
            perform("firm.start_nightly_run", {})
    queue.run_due_jobs("w")
    with acting(admin):
        seen = ask("firm.nightly_runs", {})
    assert [one["state"] for one in seen["runs"]] == ["done"] and seen["runs"][0]["origin"] == "page"
    assert not seen["is_running"] and seen["at"] == ""


def test_old_records_are_forgotten(declare):
    declare("one", 10)
    NightlyRun.objects.create(day=DAY, origin="command", started_at=clock.now() - timedelta(days=500))
    run()
    assert NightlyRun.objects.count() == 1


def test_a_step_is_declared_once(declare):
    declare("one", 10)
    with pytest.raises(ValueError, match="twice"):
        declare("one", 20)
    assert str(nightly.label_of("one")) == "步骤one" and nightly.label_of("gone") == "gone"
    assert firm_settings.NAMES.count("NIGHTLY_AT") == 1

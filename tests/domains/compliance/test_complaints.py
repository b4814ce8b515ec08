"""Complaints: deadlines, steps, who may see and handle a case, and what else it stops."""

from datetime import date, datetime, timedelta

import pytest
from freezegun import freeze_time

from dakehu.domains.compliance.complaints import rules
from dakehu.domains.compliance.complaints.nightly import escalate_complaints
from dakehu.domains.compliance.complaints.rules import Deadlines
from dakehu.domains.compliance.models import Complaint, ComplaintEvent
from dakehu.domains.service.deliveries.permission_to_send import may_send
from dakehu.domains.service.reactions import on_complaint
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

HOLIDAYS = {date(2026, 10, day) for day in range(1, 9)}
NOON = clock.at_local(datetime(2026, 11, 30, 12, 0))


def is_open(day):
    return day.weekday() < 5 and day not in HOLIDAYS


def test_a_complaint_of_the_last_hour_before_a_holiday_week_is_acknowledged_on_the_first_working_day():
    acknowledge, accept, reply = rules.deadlines_of(date(2026, 9, 30), Deadlines(), is_open)
    assert (acknowledge, accept, reply) == (date(2026, 10, 9), date(2026, 10, 15), date(2026, 10, 29))


def test_no_clock_runs_beyond_the_outer_bound_and_the_extension_neither():
    received = date(2026, 9, 30)
    *_, reply = rules.deadlines_of(received, Deadlines(reply=90, outer=30), is_open)
    assert reply == date(2026, 10, 30)
    assert rules.extended_deadline(received, date(2026, 10, 29), Deadlines(), is_open) == date(2026, 11, 19)
    assert rules.extended_deadline(received, date(2026, 10, 29), Deadlines(outer=31), is_open) == date(2026, 10, 31)
    assert rules.extended_deadline(received, date(2026, 10, 29), Deadlines(outer=5), is_open) == date(2026, 10, 29)


def test_days_left_are_counted_in_working_days_both_ways():
    friday, monday = date(2026, 1, 2), date(2026, 1, 5)
    assert rules.working_days_left(monday, friday, is_open) == 1
    assert rules.working_days_left(friday, friday, is_open) == 0
    assert rules.working_days_left(friday, monday, is_open) == -1
    assert rules.working_days_left(friday, date(2026, 1, 3), is_open) == -1
    assert [rules.tone_of(n, "open") for n in (-1, 0, 1, 3, 4)] == ["bad", "bad", "warn", "warn", ""]
    assert rules.tone_of(-5, "closed") == "good"


@pytest.mark.parametrize(
    ("passed", "level"), [(0, 0), (4, 0), (5, 50), (7, 50), (8, 80), (9, 80), (10, 100), (20, 100)]
)
def test_a_case_is_escalated_at_half_four_fifths_and_all_of_its_working_days(passed, level):
    received = date(2026, 11, 2)
    due = rules.working_days_after(received, 10, is_open)
    today = rules.working_days_after(received, passed, is_open)
    assert rules.escalation_level(received, due, today, is_open) == level


def test_the_clock_that_runs_out_next_is_the_one_that_is_shown():
    days = (date(2026, 11, 3), date(2026, 11, 9), date(2026, 11, 23))
    assert rules.next_deadline("open", *days, False) == ("acknowledge", days[0])
    assert rules.next_deadline("open", *days, True) == ("accept", days[1])
    assert rules.next_deadline("working", *days, True) == ("reply", days[2])


@pytest.mark.parametrize(
    ("state", "step", "may"),
    [
        ("open", "accept", True),
        ("open", "reopen", False),
        ("working", "accept", False),
        ("working", "reply", True),
        ("replied", "close", True),
        ("replied", "extend", False),
        ("closed", "reply", False),
        ("closed", "reopen", True),
        ("closed", "note", True),
    ],
)
def test_steps_follow_the_stage(state, step, may):
    assert rules.may_step(state, step) is may


def test_a_registration_names_who_complains_and_nobody_handles_a_complaint_about_themselves():
    today = date(2026, 11, 30)
    assert rules.registration_error(False, " ", today, today, None, 60)[0] == "client"
    assert rules.registration_error(False, "路人", today, today, None, 60) is None
    assert rules.registration_error(True, "", today + timedelta(days=1), today, None, 60)[0] == "received_on"
    assert rules.registration_error(True, "", today, today, today + timedelta(days=61), 60)[0] == "due_on"
    assert (
        rules.owner_error(5, 5)[0] == "owner" and rules.owner_error(None, 5) is None and rules.owner_error(6, 5) is None
    )
    assert rules.kept_until(date(2024, 2, 29), 20) == date(2044, 2, 29)


def register(user, **values):
    with acting(user):
        return perform("compliance.register_complaint", {"subject": "收费争议", **values})


@pytest.mark.django_db
@freeze_time(NOON)
def test_a_case_from_registration_to_closing_keeps_each_step_and_its_day(lin, zhou, zhang):
    case = register(lin, client=zhang.code, channel="12386", category="佣金")
    assert (case.owner_id, case.acknowledge_by, case.due_on) == (lin.pk, date(2026, 12, 1), date(2026, 12, 21))
    number = {"complaint": case.pk}
    with acting(lin):
        perform("compliance.acknowledge_complaint", number)
        for verb in ("accept_complaint", "close_complaint"):
            with pytest.raises(NotAllowed):
                perform(f"compliance.{verb}", {**number, "outcome": "x"})
        perform("compliance.add_complaint_note", {**number, "note": "已调取录音"})
    with acting(zhou):
        perform("compliance.accept_complaint", number)
        perform("compliance.extend_complaint", {**number, "reason": "等待交易所回函"})
        with pytest.raises(Refused, match="只能延长一次"):
            perform("compliance.extend_complaint", {**number, "reason": "再等"})
    with acting(lin):
        said = {"reply": "保证收益不低于5%。", "decision": "成立"}
        with pytest.raises(Refused, match="不得发给客户的用语"):
            perform("compliance.reply_complaint", {**number, **said})
        perform("compliance.reply_complaint", {**number, "reply": "多收的费用已退回。", "decision": "成立"})
    with acting(zhou):
        perform("compliance.close_complaint", {**number, "outcome": "已退费", "satisfied": "满意"})
        shown = ask("compliance.complaint_case", number)
    assert [one["kind_code"] for one in shown["events"]] == [
        *("registered", "acknowledged", "note", "accepted", "extended", "replied", "closed")
    ]
    with as_system():
        case = Complaint.objects.get()
    assert (str(case.state), str(case.decision), case.retention_until) == ("closed", "upheld", date(2046, 11, 30))
    assert shown["steps"] == ["note", "reopen"]


@pytest.mark.django_db
@freeze_time(NOON)
def test_who_is_complained_about_neither_sees_counts_handles_nor_learns_of_the_case(lin, zhou, zhang):
    case = register(zhou, client=zhang.code, about_staff="lin")
    number = {"complaint": case.pk}
    with acting(zhou), pytest.raises(Refused, match="不能是被投诉人"):
        perform("compliance.assign_complaint", {**number, "owner": "lin", "reason": "熟悉情况"})
    on_complaint(complaint=case.pk)
    with acting(lin):
        assert ask("compliance.complaints", {})["count"] == 0
        assert all(not one["count"] for one in ask("compliance.complaint_inbox", {})["stages"])
        assert ask("service.complaints", {})["figures"][0]["value"] == 0
        assert ComplaintEvent.objects.count() == 0
        assert not [one for one in ask("service.timeline", {"client": zhang.code}) if one["what"] == "complaint"]
        assert ask("clients.search", {"text": "收费争议"})["count"] == 0
        assert not [one for one in ask("service.today_list", {})["lines"] if one["what"] != "follow_up"]
        for verb, more in (("add_complaint_note", {"note": "x"}), ("acknowledge_complaint", {})):
            with pytest.raises(NotFound):
                perform(f"compliance.{verb}", {**number, **more})
        with pytest.raises(NotFound):
            ask("compliance.complaint_case", number)
        assert [one.rule for one in may_send(zhang, "mail", "survey")] == ["marketing_paused"]
        assert [row["reason"] for row in ask("clients.marketing_freezes", {"client": zhang.code})["rows"]] == [
            "compliance"
        ]
    with acting(zhou):
        assert ask("compliance.complaints", {})["count"] == 1
        perform("compliance.change_complaint", {**number, "about_staff": None, "cause": "误解"})
    with acting(lin):
        assert ask("compliance.complaints", {})["count"] == 1


@pytest.mark.django_db
@freeze_time(NOON)
def test_a_complaint_of_somebody_unknown_is_seen_by_who_handles_it_and_compliance(lin, zhou, wang, he):
    register(lin, complainant="路先生", complainant_contact="13900000000")
    with pytest.raises(Refused, match="写明投诉人"):
        register(lin)
    counts = {}
    for user in (lin, zhou, wang, he):
        with acting(user):
            counts[user.username] = ask("compliance.complaints", {})["count"]
    assert counts == {"lin": 1, "zhou": 0, "wang": 0, "he": 1}


@pytest.mark.django_db
def test_a_complaint_that_the_registrar_is_about_goes_to_their_lead_and_is_gone_from_their_sight(lin, zhou, zhang):
    with freeze_time(NOON):
        case = register(lin, client=zhang.code, about_staff="lin")
        assert case.owner_id == zhou.pk
    with freeze_time(NOON + timedelta(days=15)), as_system():
        assert escalate_complaints() == {"escalated": 1}
        assert escalate_complaints() == {"escalated": 0}
    with acting(zhou):
        (told,) = ask("compliance.complaint_notices", {})
        assert told["url"] == f"/complaints/{case.pk}/"


@pytest.mark.django_db
@freeze_time(NOON)
def test_a_later_change_of_the_deadlines_moves_no_clock_that_runs(lin, he, zhang):
    case = register(lin, client=zhang.code)
    with acting(he):
        perform("compliance.change_complaint_settings", {"reply_days": 5})
        rows = {row["name"]: row["value"] for row in ask("compliance.complaint_settings", {})["rows"]}
    assert rows["reply_days"] == 5 and rows["outer_days"] == 60
    assert register(lin, client=zhang.code).due_on == date(2026, 12, 7) and case.due_on == date(2026, 12, 21)


@pytest.mark.django_db
@freeze_time(NOON)
def test_a_complaint_given_as_a_request_is_the_same_case(lin, zhang):
    with acting(lin):
        perform("service.open_request", {"client": zhang.code, "kind": "投诉", "subject": "收费争议", "detail": "说明"})
        assert ask("compliance.complaints", {})["count"] == 1 and ask("service.requests", {})["count"] == 0

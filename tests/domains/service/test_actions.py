"""Actions of service: rows, refusals, and effects."""

import pytest

from dakehu.domains.service.models import FollowUp, Request
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def refusals(name, **raw):
    with pytest.raises(Refused) as refusal:
        perform(name, raw)
    return refusal.value.as_plain()


def test_finishing_a_repeating_plan_leaves_the_next_one_behind(lin, zhang):
    with acting(lin):
        plan = perform(
            "service.plan_follow_up",
            {"client": zhang.code, "due_on": "2026-01-05", "subject": "月度沟通", "every": "每月"},
        )
        perform("service.finish_follow_up", {"follow_up": plan.pk, "on": "2026-01-06"})
        ahead = FollowUp.objects.get(client=zhang, state="planned")
        zhang.refresh_from_db()
    assert ahead.due_on.isoformat() == "2026-02-05"
    assert zhang.next_contact_on == ahead.due_on


def test_a_finished_plan_cannot_be_finished_again(lin, zhang):
    with acting(lin):
        plan = perform("service.plan_follow_up", {"client": zhang.code, "due_on": "2026-01-05", "subject": "电话"})
        perform("service.finish_follow_up", {"follow_up": plan.pk})
        assert "follow_up" in refusals("service.finish_follow_up", follow_up=plan.pk)


def test_a_service_cannot_lie_in_the_future(lin, zhang):
    with acting(lin):
        assert "held_at" in refusals("service.log_interaction", client=zhang.code, held_at="2099-01-01", summary="电话")


def test_a_promised_date_needs_its_promise(lin, zhang):
    with acting(lin):
        report = refusals(
            "service.log_interaction", client=zhang.code, held_at="2026-01-05", summary="x", promise_due_on="2026-02-01"
        )
    assert "promise" in report


def test_the_next_contact_in_days_steps_to_a_day_on_which_the_exchanges_trade(lin, zhang):
    with acting(lin):
        perform(
            "service.log_interaction",
            {"client": zhang.code, "held_at": "2026-01-03 10:00", "summary": "电话", "next_in_days": 14},
        )
        assert FollowUp.objects.get(client=zhang).due_on.isoformat() == "2026-01-19"


def test_the_author_of_an_old_record_is_whom_the_record_names(lin, zhou, zhang):
    with acting(zhou):
        made = perform(
            "service.log_interaction",
            {"client": zhang.code, "held_at": "2025-03-01", "summary": "拜访", "服务人员": "lin"},
        )
    assert made.staff == lin


def test_a_request_gets_a_deadline_of_five_working_days_and_closes_with_an_outcome(lin, zhang):
    with acting(lin):
        made = perform(
            "service.open_request",
            {"client": zhang.code, "kind": "咨询", "subject": "响应慢", "opened_on": "2026-01-02"},
        )
        assert made.due_on.isoformat() == "2026-01-09"
        assert "outcome" in refusals("service.move_request", request=made.pk, state="已办结")
        closed = perform("service.move_request", {"request": made.pk, "state": "已办结", "outcome": "已致歉"})
    assert closed.closed_on == clock.today()
    with acting(lin):
        assert "state" in refusals("service.move_request", request=made.pk, state="已答复")


def test_today_lists_what_is_due_overdue_and_promised_with_the_most_pressing_first(lin, wang, zhang):
    today = clock.today().isoformat()
    with acting(lin):
        perform("service.plan_follow_up", {"client": zhang.code, "due_on": "2026-01-05", "subject": "逾期的"})
        perform("service.plan_follow_up", {"client": zhang.code, "due_on": today, "subject": "今天的"})
        perform("service.plan_follow_up", {"client": zhang.code, "due_on": "2099-01-05", "subject": "以后的"})
        perform(
            "service.log_interaction",
            {
                "client": zhang.code,
                "held_at": "2026-01-05",
                "summary": "x",
                "promise": "寄资料",
                "promise_due_on": today,
            },
        )
        seen = ask("service.today_list", {})
    assert [line["text"] for line in seen["lines"]] == ["逾期的", "寄资料", "今天的"]
    assert {name: n for name, n in seen["counts"].items() if n} == {"overdue": 1, "promise": 1, "plan": 1}
    with acting(wang):
        assert ask("service.today_list", {})["lines"] == []


def test_wang_cannot_touch_lins_plan_and_the_analyst_may_plan_nothing(lin, wang, an, zhang):
    with acting(lin):
        plan = perform("service.plan_follow_up", {"client": zhang.code, "due_on": "2026-01-05", "subject": "电话"})
    with acting(wang), pytest.raises(NotFound):
        perform("service.finish_follow_up", {"follow_up": plan.pk})
    with acting(an), pytest.raises(NotAllowed):
        perform("service.finish_follow_up", {"follow_up": plan.pk})


def test_the_timeline_puts_what_happened_in_order(lin, zhang):
    with acting(lin):
        perform("service.log_interaction", {"client": zhang.code, "held_at": "2026-01-05 10:00", "summary": "早"})
        perform("service.log_interaction", {"client": zhang.code, "held_at": "2026-03-05 10:00", "summary": "晚"})
        perform(
            "service.open_request", {"client": zhang.code, "kind": "咨询", "subject": "中", "opened_on": "2026-02-01"}
        )
        assert [row["what"] for row in ask("service.timeline", {"client": zhang.code})] == [
            "interaction",
            "request",
            "interaction",
        ]
        assert Request.objects.count() == 1

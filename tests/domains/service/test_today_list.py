"""Today's list: who sees what, how it is filtered, and what is put off or passed on."""

import json
from datetime import timedelta

import pytest

from dakehu.domains.service.models import FollowUp, Moment, Request
from dakehu.domains.service.moments.reactions import on_complaint
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system, enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def plan(user, client, days=0, subject="年度回顾"):
    with acting(user):
        due = (clock.today() + timedelta(days=days)).isoformat()
        return perform("service.plan_follow_up", {"client": client.pk, "due_on": due, "subject": subject})


def lines(user, **asked):
    with acting(user):
        return ask("service.today_list", asked)


def test_a_line_says_who_why_and_until_when(lin, zhang):
    plan(lin, zhang, -2)
    found = lines(lin, mine=True)
    line = found["lines"][0]
    assert (line["client"]["name"], line["text"], line["group"]) == ("张三", "年度回顾", "overdue")
    assert line["deadline"] == "逾期 2 天" and "逾期 2 天" in line["why"]
    assert found["total"] == 1 and sum(found["counts"].values()) == 1


def test_a_client_of_another_team_is_in_no_line_and_no_count(lin, wang, zhou, zhang, qian):
    plan(lin, zhang)
    plan(wang, qian)
    for user in (lin, zhou):
        found = lines(user)
        assert [line["client"]["name"] for line in found["lines"]] == ["张三"] and found["total"] == 1
    with acting(lin), as_system():
        pk = FollowUp.objects.get(client=qian).pk
    with acting(lin), pytest.raises(NotFound):
        ask("service.work_detail", {"work": f"follow_up:{pk}"})
    with acting(lin), pytest.raises(NotFound):
        perform("service.postpone_work", {"work": f"follow_up:{pk}", "until": "2099-01-01", "reason": "出差"})


def test_a_group_is_shown_alone_while_the_counts_stay_those_of_all(lin, zhang):
    plan(lin, zhang, -1)
    plan(lin, zhang)
    found = lines(lin, mine=True, group="plan")
    assert [line["group"] for line in found["lines"]] == ["plan"]
    assert (found["counts"]["overdue"], found["counts"]["plan"], found["total"]) == (1, 1, 2)


def test_more_lines_than_asked_for_are_said(lin, zhang):
    for _ in range(3):
        plan(lin, zhang)
    found = lines(lin, mine=True, limit=2)
    assert (len(found["lines"]), found["more"], found["total"]) == (2, 1, 3)


def test_a_desk_without_due_work_says_what_comes_next(lin, zhang):
    plan(lin, zhang, 20)
    found = lines(lin, mine=True)
    assert found["lines"] == [] and found["next_due"]["client"]["name"] == "张三"
    assert found["next_due"]["on"] == (clock.today() + timedelta(days=20)).isoformat()


def test_what_is_put_off_comes_back_on_its_day_and_the_audit_keeps_why(lin, zhang):
    row = plan(lin, zhang)
    until = clock.today() + timedelta(days=7)
    with acting(lin):
        perform(
            "service.postpone_work", {"work": f"follow_up:{row.pk}", "until": until.isoformat(), "reason": "客户出差"}
        )
    with as_system():
        assert FollowUp.objects.get().due_on == until
        assert json.loads(AuditEntry.objects.order_by("-pk").first().body)["note"]["reason"] == "客户出差"
    assert lines(lin, mine=True)["total"] == 0


@pytest.mark.parametrize("days, reason", [(0, "出差"), (-1, "出差"), (7, "  ")])
def test_nothing_is_put_off_to_today_or_without_a_reason(lin, zhang, days, reason):
    row = plan(lin, zhang)
    until = (clock.today() + timedelta(days=days)).isoformat()
    with acting(lin), pytest.raises(Refused):
        perform("service.postpone_work", {"work": f"follow_up:{row.pk}", "until": until, "reason": reason})


def test_the_deadline_of_a_complaint_is_not_put_off(lin, zhang):
    with acting(lin):
        row = perform("service.open_request", {"client": zhang.pk, "kind": "complaint", "subject": "费用"})
        with pytest.raises(Refused, match="投诉"):
            perform(
                "service.postpone_work", {"work": f"complaint:{row.pk}", "until": "2099-01-01", "reason": "等待资料"}
            )


def test_work_goes_to_a_colleague_who_sees_the_client(lin, zhou, wang, zhang):
    row = plan(lin, zhang)
    with acting(lin):
        assert [one["label"] for one in ask("service.colleagues", {"client": zhang.pk})] == ["周宁"]
        with pytest.raises(Refused, match="看不到"):
            perform("service.pass_work", {"work": f"follow_up:{row.pk}", "to": wang.pk, "reason": "休假"})
        perform("service.pass_work", {"work": f"follow_up:{row.pk}", "to": zhou.pk, "reason": "休假"})
    assert lines(lin, mine=True)["total"] == 0 and lines(zhou, mine=True)["total"] == 1


def test_a_lead_passes_several_lines_on_at_once_or_none_of_them(lin, zhou, zhang):
    gu = enter("gu", "顾明", "manager", "东区一队")
    with acting(lin):
        request = perform("service.open_request", {"client": zhang.pk, "kind": "request", "subject": "开通权限"})
        perform(
            "service.log_interaction",
            {
                "client": zhang.pk,
                "held_at": clock.now().isoformat(),
                "summary": "来电",
                "promise": "寄资料",
                "promise_due_on": clock.today().isoformat(),
            },
        )
    row = plan(lin, zhang)
    both = f"follow_up:{row.pk},request:{request.pk}"
    with acting(zhou):
        with pytest.raises(Refused, match="看不到"):
            perform("service.pass_work", {"work": both, "to": gu.pk, "reason": "均衡工作量"})
        perform("clients.assign", {"client": zhang.pk, "user": gu.pk, "role": "deputy"})
        promise = next(line for line in ask("service.today_list", {})["lines"] if line["what"] == "promise")
        with pytest.raises(Refused, match="承诺"):
            perform("service.pass_work", {"work": f"{both},{promise['work']}", "to": gu.pk, "reason": "均衡工作量"})
        assert perform("service.pass_work", {"work": both, "to": gu.pk, "reason": "均衡工作量"})["changed"] == 2
    with as_system():
        assert {FollowUp.objects.get().owner_id, Request.objects.get().owner_id} == {gu.pk}


def test_what_has_ended_is_neither_put_off_nor_passed_on(lin, zhou, zhang):
    row = plan(lin, zhang)
    with acting(lin):
        perform("service.finish_follow_up", {"follow_up": row.pk})
        with pytest.raises(Refused, match="办结"):
            perform("service.pass_work", {"work": f"follow_up:{row.pk}", "to": zhou.pk, "reason": "休假"})


def test_a_line_opens_what_stands_behind_it(lin, zhang):
    row = plan(lin, zhang)
    with acting(lin):
        perform(
            "service.log_interaction",
            {"client": zhang.pk, "held_at": "2026-01-02 10:00", "summary": "问候", "result": "好"},
        )
        found = ask("service.work_detail", {"work": f"follow_up:{row.pk}"})
    assert {"label": "跟进方式", "value": ""} not in found["facts"]
    assert [one["summary"] for one in found["contacts"]] == ["问候"]


def test_the_former_name_of_the_query_still_answers(lin, zhang):
    plan(lin, zhang)
    with acting(lin):
        assert ask("service.today", {"mine": True})["total"] == 1


def fire(client, owner, kind="M10", hours=1, **values):
    """Store a moment as the night does."""
    with as_system(), act("test.fire"):
        row = Moment(
            client=client,
            kind=kind,
            fired_on=clock.today(),
            due_at=clock.now() + timedelta(hours=hours),
            owner=owner,
            **{"priority": 1, **values},
        )
        row.save()
    return row


def test_moments_stand_among_the_rest_mandatory_ones_first(lin, zhang):
    plan(lin, zhang, -1)
    fire(zhang, lin)
    fire(zhang, lin, "M02", mandatory=True, hours=48)
    found = lines(lin, mine=True)["lines"]
    assert [line["group"] for line in found] == ["mandatory", "overdue", "move"]


def test_a_snoozed_moment_comes_back_on_its_day_and_a_worked_one_never(lin, zhang):
    row = fire(zhang, lin)
    until = (clock.today() + timedelta(days=2)).isoformat()
    with acting(lin):
        perform("service.postpone_work", {"work": f"moment:{row.pk}", "until": until, "reason": "客户开会"})
        row.refresh_from_db()
    assert (row.state, row.reason) == ("snoozed", "客户开会") and lines(lin, mine=True)["total"] == 0
    with as_system(), act("test.wake"):
        row.snoozed_until = clock.today()
        row.save()
    assert lines(lin, mine=True)["total"] == 1
    with acting(lin):
        perform("service.work_moment", {"moment": row.pk, "outcome": "reached", "note": "已沟通"})
    assert lines(lin, mine=True)["total"] == 0


def test_a_moment_of_compliance_is_in_no_line_and_no_count_of_anybody_else(lin, zhou, he, zhang):
    row = fire(zhang, None, "M38", compliance_only=True, mandatory=True)
    for user in (lin, zhou):
        assert lines(user)["total"] == 0
        with acting(user), pytest.raises(NotFound):
            ask("service.work_detail", {"work": f"moment:{row.pk}"})
    assert [line["kind"] for line in lines(he)["lines"]] == ["M38"]


def test_a_passed_moment_is_work_of_the_colleague(lin, zhou, zhang):
    row = fire(zhang, lin)
    with acting(lin):
        perform("service.pass_work", {"work": f"moment:{row.pk}", "to": zhou.pk, "reason": "休假"})
    assert lines(lin, mine=True)["total"] == 0
    assert [line["work"] for line in lines(zhou, mine=True)["lines"]] == [f"moment:{row.pk}"]


def test_a_promise_and_its_moment_are_one_line_which_keeping_it_ends(lin, zhang):
    with acting(lin):
        contact = perform(
            "service.log_interaction",
            {
                "client": zhang.pk,
                "held_at": clock.now().isoformat(),
                "summary": "来电",
                "promise": "寄资料",
                "promise_due_on": clock.today().isoformat(),
            },
        )
    row = fire(zhang, lin, "M36", object=str(contact.pk), mandatory=True)
    found = lines(lin, mine=True)["lines"]
    assert [(line["what"], line["group"]) for line in found] == [("promise", "mandatory")]
    with acting(lin):
        perform("service.keep_promise", {"interaction": contact.pk})
        row.refresh_from_db()
    assert (row.state, row.outcome) == ("done", "kept") and lines(lin, mine=True)["total"] == 0


def test_a_complaint_and_its_moment_are_one_line_and_go_to_a_colleague_together(lin, zhou, zhang):
    with acting(lin):
        due = clock.today().isoformat()
        complaint = perform("compliance.register_complaint", {"client": zhang.pk, "subject": "费用", "due_on": due})
    row = fire(zhang, lin, "M35", object=f"complaint:{complaint.pk}", mandatory=True)
    assert [line["what"] for line in lines(lin, mine=True)["lines"]] == ["complaint"]
    with acting(lin):
        perform("service.pass_work", {"work": f"complaint:{complaint.pk}", "to": zhou.pk, "reason": "休假"})
        row.refresh_from_db()
    assert row.owner_id == zhou.pk and [line["what"] for line in lines(zhou, mine=True)["lines"]] == ["complaint"]
    with acting(zhou):
        perform("compliance.close_complaint", {"complaint": complaint.pk, "outcome": "已退费"})
    on_complaint(complaint=complaint.pk)
    with acting(zhou):
        row.refresh_from_db()
    assert row.state == "done" and lines(zhou, mine=True)["total"] == 0


def test_the_words_to_say_carry_the_client_and_the_figures_and_leave_blanks_for_what_is_not_known(lin, zhang):
    row = fire(zhang, lin, "M02", mandatory=True, values={"warn_line": 1.4})
    with acting(lin):
        found = ask("service.work_detail", {"work": f"moment:{row.pk}"})
    assert found["wording"].startswith("张三您好") and "林晓" in found["wording"] and "＿＿" in found["wording"]
    assert found["action"] and found["rule"]["text"] and found["outcomes"][0]["value"] == "notice_sent"
    assert [step["days"] for step in found["steps"]] == [0, 0, 1]


def test_the_bell_names_what_climbed_what_was_passed_on_and_what_is_mandatory_today(lin, zhou, zhang):
    mandatory = fire(zhang, lin, "M02", mandatory=True, hours=0)
    passed = fire(zhang, lin)
    climbed = fire(zhang, zhou, "M11", escalation=2)
    fire(zhang, lin, "M40", hours=99)
    with acting(lin):
        perform("service.pass_work", {"work": f"moment:{passed.pk}", "to": zhou.pk, "reason": "休假"})
        assert [one["url"] for one in ask("service.moment_notices", {})] == [f"/today/moment:{mandatory.pk}"]
    with acting(zhou):
        found = {one["url"].rpartition(":")[2]: one["text"] for one in ask("service.moment_notices", {})}
    assert set(found) == {str(passed.pk), str(climbed.pk)}
    assert found[str(passed.pk)].startswith("转交给您：张三") and "休假" in found[str(passed.pk)]
    assert found[str(climbed.pk)].startswith("升级给您：张三")


def test_the_card_of_a_client_shows_open_moments_and_what_became_of_others(lin, an, zhang):
    row = fire(zhang, lin, "M10", values={"withdrawals": 800000.0})
    done = fire(zhang, lin, "M11")
    fire(zhang, lin, "M38", compliance_only=True)
    with acting(lin):
        perform("service.work_moment", {"moment": done.pk, "outcome": "reached"})
        card = ask("service.moments_card", {"client": zhang.pk})
    assert card["lead"] == "1 项待处理" and "林晓" in card["lines"][0]["text"]
    assert row.fired_on.isoformat() in card["more"][0]["lines"][0]["text"]
    with acting(an):
        masked = ask("service.moments_card", {"client": zhang.pk})
    assert "80" not in str(masked["lines"])

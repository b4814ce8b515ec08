"""A contact closes the open work that it answers: plans, promises, requests, in one action."""

from datetime import timedelta

import pytest

from dakehu.domains.service.models import FollowUp, Interaction, Request
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def log(client, **more):
    return perform("service.log_interaction", {"client": client.pk, "held_at": clock.now(), "summary": "电话", **more})


def plan(client, days=0, **more):
    due = (clock.today() + timedelta(days=days)).isoformat()
    return perform("service.plan_follow_up", {"client": client.pk, "due_on": due, "subject": "季度回访", **more})


def refused_fields(call):
    with pytest.raises(Refused) as refusal:
        call()
    return set(refusal.value.as_plain())


def test_a_logged_contact_fulfils_the_plan_that_is_due_in_one_entry_of_the_audit(lin, zhang):
    with acting(lin):
        due = plan(zhang)
        before = AuditEntry.objects.count()
        log(zhang, fulfils=[due.pk], next_on="2099-01-05", next_subject="再谈")
        due.refresh_from_db()
        zhang.refresh_from_db()
        assert (due.state, due.done_on) == ("done", clock.today())
        assert AuditEntry.objects.count() == before + 1
    assert zhang.next_contact_on.isoformat() == "2099-01-05"


def test_a_repeating_plan_that_a_contact_fulfils_leaves_its_next_occurrence(lin, zhang):
    with acting(lin):
        due = plan(zhang, every="每月")
        log(zhang, fulfils=str(due.pk))
        assert FollowUp.objects.filter(client=zhang, state="planned").count() == 1


def test_a_contact_keeps_promises_and_closes_a_request_with_its_result_as_the_outcome(lin, zhang):
    with acting(lin):
        promised = log(zhang, promise="寄送报告")
        opened = perform("service.open_request", {"client": zhang.pk, "kind": "咨询", "subject": "开户"})
        log(zhang, keeps_promises=[promised.pk], closes_requests=[opened.pk], result="已告知流程")
        assert Interaction.objects.get(pk=promised.pk).promise_kept_on == clock.today()
        closed = Request.objects.get(pk=opened.pk)
    assert (closed.state, closed.outcome) == ("closed", "已告知流程")


def test_a_request_is_not_closed_by_a_contact_without_a_result_and_nothing_is_logged(lin, zhang):
    with acting(lin):
        opened = perform("service.open_request", {"client": zhang.pk, "kind": "咨询", "subject": "开户"})
        assert refused_fields(lambda: log(zhang, closes_requests=[opened.pk])) == {"result"}
        assert not Interaction.objects.filter(client=zhang).exists()


def test_work_of_another_client_and_work_that_has_ended_are_refused(lin, zhang):
    with acting(lin):
        other = perform("clients.create", {"name": "李四"})
        elsewhere, ended = plan(other), plan(zhang)
        perform("service.finish_follow_up", {"follow_up": ended.pk})
        for row in (elsewhere, ended):
            assert refused_fields(lambda row=row: log(zhang, fulfils=[row.pk])) == {"fulfils"}
        assert refused_fields(lambda: log(zhang, keeps_promises=[987654])) == {"keeps_promises"}
        assert refused_fields(lambda: log(zhang, closes_requests=[987654])) == {"closes_requests"}
        assert refused_fields(lambda: log(zhang, fulfils="12,甲")) == {"fulfils"}
        assert refused_fields(lambda: log(zhang, fulfils=[-1])) == {"fulfils"}


def test_what_is_due_is_offered_chosen_and_what_comes_later_is_not(lin, zhang):
    with acting(lin):
        late, soon, far = plan(zhang, -3), plan(zhang, 5), plan(zhang, 60)
        offered = ask("service.open_work", {"client": zhang.pk})["fulfils"]
    assert [(row["id"], row["chosen"]) for row in offered] == [(late.pk, True), (soon.pk, False)]
    assert far.pk not in [row["id"] for row in offered]
    assert offered[0]["label"].startswith("季度回访（应于")


def test_the_work_of_a_client_of_somebody_else_is_not_offered(wang, zhang):
    with acting(wang), pytest.raises(Refused):
        ask("service.open_work", {"client": zhang.pk})


def test_the_analyst_is_offered_nothing_to_end(an, lin, zhang):
    with acting(lin):
        plan(zhang)
    with acting(an):
        assert ask("service.open_work", {"client": zhang.pk})["fulfils"] == []
        with pytest.raises(NotAllowed):
            log(zhang)


def test_the_next_day_is_suggested_on_trading_days_and_by_the_usual_interval_first(lin, zhang):
    with acting(lin):
        without = ask("service.next_days", {"client": zhang.pk})
        for days in (40, 20, 0):
            held = clock.now() - timedelta(days=days)
            perform("service.log_interaction", {"client": zhang.pk, "held_at": held, "summary": "电话"})
        with_habit = ask("service.next_days", {"client": zhang.pk})
    assert [row["label"] for row in without] == ["1 周后", "1 个月后", "3 个月后"]
    assert with_habit[0]["label"] == "按惯例每 20 天"

"""Reactions to a complaint: marketing is paused and the team lead notified, once, after the act has committed."""

import json
from datetime import timedelta

import pytest
from django.db import models
from django.test import Client

from dakehu.domains.clients.models import MarketingFreeze
from dakehu.domains.service.models import FollowUp
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.models import Job
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def complain(lin, client, subject="收费争议"):
    with acting(lin):
        return perform("compliance.register_complaint", {"client": client.code, "subject": subject})


def close(user, complaint, outcome):
    with acting(user):
        perform("compliance.close_complaint", {"complaint": complaint.pk, "outcome": outcome})


def freezes():
    with as_system():
        return list(MarketingFreeze.objects.order_by("pk"))


def claim():
    """Claim the job that follows a complaint, as a worker that dies; it also keeps other reactions that it claimed."""
    while not (row := jobs.claim_job("a worker that dies")).kind.endswith("→ service.reactions.on_complaint"):
        pass
    return row


def blockers(user, client):
    with acting(user):
        return [row["zh"] for row in ask("clients.blockers", {"client": client.code}) if "营销" in row["zh"]]


def test_a_complaint_pauses_marketing_and_stands_on_the_leads_today(lin, zhou, zhang):
    complain(lin, zhang)
    assert freezes() == [] and blockers(lin, zhang) == []
    jobs.run_due_jobs()
    (freeze,) = freezes()
    assert blockers(lin, zhang) == [f"营销已暂停：投诉处理中（自 {freeze.frozen_on} 起）"]
    with acting(zhou):
        mine = ask("service.today_list", {"mine": True})["lines"]
    assert [(line["what"], line["text"], line["client"]["id"]) for line in mine] == [
        ("follow_up", "关注投诉：收费争议", zhang.pk)
    ]


def test_the_client_page_says_so_in_the_readers_language(lin, zhou, zhang):
    complain(lin, zhang)
    jobs.run_due_jobs()
    browser = Client()
    browser.force_login(lin)
    day = freezes()[0].frozen_on
    assert f"营销已暂停：投诉处理中（自 {day} 起）" in browser.get(f"/clients/{zhang.pk}/").content.decode()
    with acting(lin):
        perform("team.set_preferences", {"language": "en"})
    assert (
        f"Marketing is paused since {day}: a complaint is open" in browser.get(f"/clients/{zhang.pk}/").content.decode()
    )


def test_the_audit_names_the_system_and_why_it_acted(lin, zhou, zhang):
    complaint = complain(lin, zhang)
    jobs.run_due_jobs()
    with as_system():  # entries about a client are client data
        entry = AuditEntry.objects.get(action="service.follow_complaint")
    assert (entry.actor_ref, entry.client_ref) == (None, zhang.pk)
    assert entry.reason == "投诉处理期间暂停营销"
    assert json.loads(entry.body)["note"] == {"complaint": complaint.pk, "lead": zhou.pk}


def test_closing_the_complaint_resumes_marketing_and_taking_it_up_again_pauses_it(lin, zhou, zhang):
    complaint = complain(lin, zhang)
    jobs.run_due_jobs()
    close(zhou, complaint, "已退费")
    jobs.run_due_jobs()
    assert freezes()[0].lifted_on is not None and blockers(lin, zhang) == []
    with acting(zhou):
        perform("compliance.reopen_complaint", {"complaint": complaint.pk, "reason": "客户再次来电"})
    jobs.run_due_jobs()
    assert len(freezes()) == 1 and freezes()[0].lifted_on is None and blockers(lin, zhang)


def test_one_of_two_complaints_that_is_closed_does_not_resume_marketing(lin, zhou, zhang):
    first, _ = complain(lin, zhang), complain(lin, zhang, "信息披露")
    jobs.run_due_jobs()
    close(zhou, first, "已说明")
    jobs.run_due_jobs()
    assert [freeze.lifted_on is None for freeze in freezes()] == [False, True] and blockers(lin, zhang)


def test_a_job_that_runs_late_sees_that_the_complaint_is_closed_already(lin, zhou, zhang):
    complaint = complain(lin, zhang)
    close(zhou, complaint, "误会")
    jobs.run_due_jobs()
    assert freezes() == []
    with as_system():
        assert not FollowUp.objects.exists()


def test_a_question_pauses_nothing(lin, zhou, zhang):
    with acting(lin):
        perform("service.open_request", {"client": zhang.code, "kind": "咨询", "subject": "费率"})
    jobs.run_due_jobs()
    assert freezes() == []


def test_an_act_that_is_rolled_back_announces_nothing(lin, zhou, zhang):
    jobs.run_due_jobs()  # reaction to the client just added
    with pytest.raises(RuntimeError), acting(lin), act("test.outer"):
        perform("compliance.register_complaint", {"client": zhang.code, "subject": "撤销"})
        raise RuntimeError("the outer act fails")
    assert not models.QuerySet(Job).filter(kind__startswith="complaint.").exists()
    assert jobs.run_due_jobs() == 0 and freezes() == []


def test_a_worker_killed_before_it_marks_the_job_as_done_leaves_nothing_twice(lin, zhou, zhang):
    complain(lin, zhang)
    row = claim()
    jobs.JOBS[row.kind](None, **row.args)  # the act commits; the worker is killed before the job is marked done
    models.QuerySet(Job).filter(pk=row.pk).update(leased_until=now() - timedelta(seconds=1))
    assert jobs.run_due_jobs("another") == 1
    assert len(freezes()) == 1
    with as_system():
        assert FollowUp.objects.count() == 1
        assert AuditEntry.objects.filter(action="service.follow_complaint").count() == 1


def test_a_worker_killed_inside_the_act_leaves_nothing_and_the_next_does_all_of_it(lin, zhou, zhang, monkeypatch):
    from dakehu.domains.service import actions

    complain(lin, zhang)
    row = claim()

    class Killed(BaseException):
        pass

    def die(**plan):
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(actions, "plan_follow_up", die)
        jobs.JOBS[row.kind](None, **row.args)
    assert freezes() == []
    models.QuerySet(Job).filter(pk=row.pk).update(leased_until=now() - timedelta(seconds=1))
    jobs.run_due_jobs("another")
    with as_system():
        assert (len(freezes()), FollowUp.objects.count()) == (1, 1)


def test_the_reaction_does_not_depend_on_its_author_who_has_left_since(lin, zhou, zhang, admin):
    complain(lin, zhang)
    with as_system(), act("test.leave"):
        lin.is_active = False
        lin.save()
    jobs.run_due_jobs()
    assert len(freezes()) == 1


def test_a_complaint_that_the_lead_handles_plans_no_second_reminder_for_the_lead(lin, zhou, zhang):
    with acting(zhou):
        perform("compliance.register_complaint", {"client": zhang.code, "subject": "收费争议"})
    jobs.run_due_jobs()
    with as_system():
        assert (len(freezes()), FollowUp.objects.count()) == (1, 0)


def test_wang_of_another_team_reads_no_pause_of_lins_client(lin, zhou, wang, zhang):
    complain(lin, zhang)
    jobs.run_due_jobs()
    with acting(wang):
        assert not MarketingFreeze.objects.exists()
    with acting(lin), in_language("en"):
        (row,) = ask("clients.marketing_freezes", {"client": zhang.code})["rows"]
        assert (row["reason"], row["lifted_on"]) == ("complaint", None)

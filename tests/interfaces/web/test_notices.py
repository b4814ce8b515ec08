"""Notifications: every domain's notices in one list, grouped, with their number, until they are read."""

from datetime import timedelta

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.gates.registry import QUERIES, query
from dakehu.foundation.jobs.models import Job
from dakehu.foundation.schema import notices as declared
from tests.cast import acting
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


def plan(client, days, subject="回访"):
    due = clock.today() + timedelta(days=days)
    perform("service.plan_follow_up", {"client": client.pk, "due_on": due.isoformat(), "subject": subject})


def texts(user):
    with acting(user):
        return [row["text"] for row in ask("team.notices", {}) if not row["read"]]


def count(user):
    return desk(user).get("/notices/?part=count").content.decode()


def test_plans_of_the_day_are_one_notice_with_their_number(lin, zhang):
    with acting(lin):
        for days in (0, 0, -2, 9):
            plan(zhang, days)
    assert texts(lin) == ["2 项跟进今天到期，1 项已逾期"]
    assert ">1<" in count(lin)


def test_a_complaint_is_a_notice_of_its_own_for_its_owner_and_for_compliance(lin, he, wang, zhang):
    late = (clock.today() - timedelta(days=3)).isoformat()
    with acting(lin):
        perform("service.open_request", {"client": zhang.pk, "kind": "投诉", "subject": "费用有误", "due_on": late})
    for user in (lin, he):
        assert texts(user) == ["张三的投诉“费用有误”已超期 3 天"]
    assert texts(wang) == []


def test_the_analyst_has_no_work_in_the_bell_and_reads_no_subject(an, lin, zhang):
    with acting(lin):
        plan(zhang, 0)
    assert texts(an) == []


def test_work_that_ended_in_the_background_is_told_with_its_page(lin, wang):
    job = Job(kind="workbook.export", owner_ref=lin.pk, state="done", not_before=clock.now(), ended_at=clock.now())
    job.save()
    failed = Job(kind="workbook.dry_run", owner_ref=lin.pk, state="failed", not_before=clock.now(), args={"batch": 7})
    failed.ended_at = clock.now() - timedelta(hours=1)
    failed.save()
    with acting(lin):
        rows = ask("team.notices", {})
    assert [(row["text"], row["url"]) for row in rows] == [
        ("导出已完成", f"/export/{job.pk}/"),
        ("导入预览没有完成，查看原因", "/import/7/"),
    ]
    assert texts(wang) == []


def test_what_was_read_stays_read_and_a_new_day_is_a_new_notice(lin, zhang, monkeypatch):
    with acting(lin):
        plan(zhang, 0)
    browser = desk(lin)
    browser.post("/notices/read")
    assert texts(lin) == [] and count(lin).strip() == ""
    assert "1 项跟进今天到期" in browser.get("/notices/").content.decode()
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert texts(lin) == ["1 项跟进已逾期"]


def test_a_domain_adds_a_kind_by_declaring_it(lin, monkeypatch):
    monkeypatch.setattr(declared, "_declared", dict(declared._declared))
    monkeypatch.setitem(QUERIES, "trial.notices", None)

    @query("trial.notices", needs="", zh="试验", en="Trial")
    def trial():
        return [declared.notice("trial:1", bilingual("试验提醒", "A trial"), at="2026-11-29", url="/me")]

    declared.declare(declared.NoticeSource("trial.notices", bilingual("试验", "Trial"), "bell"))
    assert texts(lin) == ["试验提醒"]
    assert "试验提醒" in desk(lin).get("/notices/?part=panel").content.decode()


def test_notices_of_somebody_else_cannot_be_read_away(lin, wang, zhang):
    with acting(lin):
        plan(zhang, 0)
        key = ask("team.notices", {})[0]["key"]
    desk(wang).post("/notices/read", {"key": key})
    assert len(texts(lin)) == 1

"""Comments: subjects, notified users, who may not be mentioned, whose they are, and how they are undone."""

from datetime import timedelta

import pytest

from dakehu.domains.service.models import Comment, CommentMention
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.foundation.actions.models import Batch
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.live.reach import changed_parts
from dakehu.foundation.live.rules import Changed
from dakehu.foundation.schema import live_pages
from tests.cast import acting
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


def about_every_kind(lin, zhang):
    """Add Lin's comments on a client, its task, its meeting and its opportunity, each with a mention of Zhou."""
    due = (clock.today() + timedelta(days=3)).isoformat()
    task = perform("service.create_task", {"client": zhang.pk, "subject": "补资料", "due_on": due})
    meeting = perform(
        "service.plan_meeting", {"client": zhang.pk, "subject": "检视", "kind": "office", "starts_at": f"{due} 10:00"}
    )
    deal = perform("growth.open_opportunity", {"client": zhang.pk, "subject": "收益凭证"})
    records = [("client", zhang), ("task", task), ("meeting", meeting), ("opportunity", deal)]
    for kind, row in records:
        raw = {"client": row.pk} if kind == "client" else {"subject_kind": kind, "subject_id": row.pk}
        perform("service.add_comment", {**raw, "text": f"@周宁 请看这个{kind}"})
    return records


def mentions(user):
    with acting(user):
        return [one for one in ask("team.notices", {}) if one["key"].startswith("service.mention_notices")]


def test_whom_a_comment_mentions_is_told_and_nobody_else(lin, zhou, wang, he, an, zhang):
    with acting(lin):
        records = about_every_kind(lin, zhang)
    told = mentions(zhou)
    assert [one["url"].partition("#")[0] for one in told] == [
        f"/opportunities/{records[3][1].pk}/",
        f"/calendar/meetings/{records[2][1].pk}/",
        f"/tasks/{records[1][1].pk}/",
        f"/clients/{zhang.pk}/",
    ]
    assert "林晓在任务“补资料”的评论中提到您" in told[2]["text"]
    assert all(one["leaves"] and "张三" not in one["outside"] and "补资料" not in one["outside"] for one in told)
    assert mentions(lin) == mentions(wang) == mentions(he) == []
    with acting(zhou):
        said = ask("service.discussion", {"kind": "client", "number": zhang.pk})
        assert [one["about"] and one["about"]["kind"] for one in said["comments"]] == [
            None,
            "task",
            "meeting",
            "opportunity",
        ]
        assert [piece["is_me"] for piece in said["comments"][0]["pieces"]] == [True, False]
    with acting(wang):
        with pytest.raises(NotFound):
            ask("service.discussion", {"kind": "task", "number": records[1][1].pk})
        assert ask("service.comments", {})["count"] == 0
    with acting(an):
        said = ask("service.discussion", {"kind": "client", "number": zhang.pk})
        assert not said["may_write"] and "请看" not in str(said), "an analyst reads no text of a client"


@pytest.mark.postgres
def test_who_may_not_see_the_record_cannot_be_mentioned_and_is_named(lin, zhou, wang, admin, zhang):
    with acting(lin):
        for text, said in (
            ("@王强 帮忙", "王强"),
            ("@管理员 帮忙", "管理员"),
            ("@孙悟空 帮忙", "没有找到“孙悟空”"),
        ):
            with pytest.raises(Refused, match=said):
                perform("service.add_comment", {"client": zhang.pk, "text": text})
        offered = ask("service.mentionable", {"kind": "client", "number": zhang.pk})
        assert [one["name"] for one in offered] == ["周宁"]
        task = perform("service.create_task", {"subject": "内部周报", "due_on": clock.today().isoformat()})
        perform("service.add_comment", {"subject_kind": "task", "subject_id": task.pk, "text": "@zhou 已写好"})
    assert len(mentions(zhou)) == 1
    with acting(wang), pytest.raises(NotFound):
        perform("service.add_comment", {"subject_kind": "task", "subject_id": task.pk, "text": "看看"})
    with acting(wang):
        assert not Comment.objects.exists()


def test_only_the_author_changes_and_removes_a_comment_and_both_can_be_undone(lin, zhou, zhang):
    with acting(lin):
        row = perform("service.add_comment", {"client": zhang.pk, "text": "@周宁 请看"})
    with acting(zhou):
        for name, raw in (("service.change_comment", {"text": "改"}), ("service.remove_comment", {})):
            with pytest.raises(Refused, match="自己的评论"):
                perform(name, {"comment": row.pk, **raw})
    with acting(lin):
        perform("service.change_comment", {"comment": row.pk, "text": "已解决", "version": 1})
        assert not CommentMention.objects.exists()
    assert mentions(zhou) == []
    with acting(lin):
        perform("workbook.undo", {"batch": Batch.objects.latest("pk").pk})
    assert len(mentions(zhou)) == 1
    with acting(lin):
        perform("service.remove_comment", {"comment": row.pk})
        assert not Comment.objects.exists()
        perform("workbook.undo", {"batch": Batch.objects.latest("pk").pk})
        assert Comment.objects.get().text == "@周宁 请看"
    assert len(mentions(zhou)) == 1


def test_a_page_shows_the_comments_takes_one_and_says_why_it_refuses_another(lin, zhou, wang, zhang):
    browser = desk(lin)
    address = f"/comments/client/{zhang.pk}/"
    assert f'hx-get="{address}"' in browser.get(f"/clients/{zhang.pk}/").content.decode()
    refused = browser.post(address, {"text": "@王强 看看"}, HTTP_HX_REQUEST="true")
    assert refused.status_code == 422 and "看不到这条记录" in refused.content.decode()
    done = browser.post(address, {"text": "@周宁 看看"}, HTTP_HX_REQUEST="true")
    assert ">@周宁</span>" in done.content.decode() and "undo" in done["HX-Trigger"]
    people = browser.get(f"{address}people?said=周").json()["people"]
    assert people == [{"name": "周宁", "insert": "周宁", "team": "东区一队"}]
    assert desk(wang).get(address).status_code == 404


def test_an_open_page_is_told_of_comments_within_reach_only(lin, wang, zhang):
    with acting(wang):
        own = perform("service.create_task", {"subject": "北区", "due_on": clock.today().isoformat()})
    page = live_pages.find("task")
    changed = [Changed("service.Comment", 1, zhang.pk)]
    with acting(lin):
        assert changed_parts(page, 1, changed) == ["comments"]
    with acting(wang):
        assert changed_parts(page, own.pk, changed) == []


@pytest.mark.postgres
def test_a_sheet_of_comments_comes_in_and_goes_round(lin, zhou, wang, zhang, tmp_path):
    with acting(lin):
        task = perform("service.create_task", {"client": zhang.pk, "subject": "补资料", "due_on": "2027-01-05"})
        path = tmp_path / "评论.csv"
        path.write_text(
            "客户号,评论对象,对象编号,评论内容\n"
            f"C0001,,,@周宁 请看\nC0001,任务,{task.pk},已寄出\nC0001,客户,,@王强 看\nC0001,邮件,3,不行\n",
            encoding="utf-8-sig",
        )
        report = imports.run_import(path, skip_errors=True)
        assert (report["parts"]["comments"]["created"], report["faults_in_all"]) == (2, 2)
        assert {row.subject_kind: row.client_id for row in Comment.objects.all()} == {
            "client": zhang.pk,
            "task": zhang.pk,
        }
        book = tmp_path / "book.xlsx"
        assert exports.write_filled(path=book)["comments"] == 2
        assert imports.run_import(book)["parts"]["comments"]["unchanged"] == 2
    assert len(mentions(zhou)) == 1

"""Feedback: one inbox, who may see and answer it, words of distress, and complaints visible to compliance alone."""

from datetime import datetime, timedelta

import pytest
from freezegun import freeze_time

from dakehu.domains.care.distress.reactions import on_distress
from dakehu.domains.care.models import DistressCase, Feedback
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system
from tests.rows import add_smallest_row

pytestmark = pytest.mark.django_db
NOON = clock.at_local(datetime(2026, 11, 30, 12, 0))


def say(user, text, kind="建议", **more):
    with acting(user):
        return perform("care.register_feedback", {"kind": kind, "text": text, **more})


def lines(user, **asked):
    with acting(user):
        return ask("care.inbox", asked)["lines"]


@freeze_time(NOON)
def test_one_inbox_holds_what_came_by_every_way_by_its_clock_and_within_ones_clients(lin, wang, an, zhang):
    say(lin, "希望交易软件的界面简单些", client=zhang.code, channel="营业部现场")
    say(lin, "佣金多收了", "投诉", client=zhang.code)
    with acting(lin):
        perform("service.open_request", {"client": zhang.pk, "kind": "建议", "subject": "增加夜市委托提醒"})
    found = lines(lin)
    assert {(one["source"], one["kind_code"]) for one in found} == {
        ("feedback", "suggestion"),
        ("complaint", "complaint"),
        ("request", "suggestion"),
    }
    assert [one["clock_on"] for one in found] == sorted(one["clock_on"] for one in found)
    assert lines(lin, kind="投诉")[0]["text"] == "佣金多收了" and lines(wang) == []
    assert len(lines(an)) == 3
    with as_system():
        stored = Feedback.objects.get()
    assert (str(stored.topic), stored.due_on.isoformat(), stored.owner_id) == ("system", "2026-12-07", lin.pk)
    with acting(an), pytest.raises(NotAllowed):
        perform("care.register_feedback", {"kind": "建议", "text": "x", "client": zhang.pk})


@pytest.mark.postgres
def test_who_is_complained_about_never_finds_what_became_a_complaint(lin, zhou, he, zhang):
    row = say(zhou, "小林推荐时没有说明风险", client=zhang.code)
    assert len(lines(lin)) == 1
    with acting(zhou):
        issue = perform("care.open_issue", {"title": "风险说明", "source_kind": "feedback", "source_ref": row.pk})
        case = perform("care.pass_to_complaints", {"feedback": row.pk, "about_staff": "lin"})
    assert case.detail == "小林推荐时没有说明风险"
    for user, sees in ((zhou, 1), (he, 1), (lin, 0)):
        with acting(user):
            detail = ask("care.issue_detail", {"issue": issue.pk})
            assert (
                len(detail["records"]) == sees
                and ask("care.issue_board", {})["columns"][0]["cards"][0]["links"] == sees
            )
            assert len(ask("care.inbox", {})["lines"]) == sees
            card = ask("care.voice_card", {"client": zhang.pk})
            assert len(card.get("lines", [])) == sees and len(card["facts"]) == sees
        with acting(user), pytest.raises(NotFound):
            ask("care.feedback_detail", {"feedback": row.pk})


@freeze_time(NOON)
def test_words_of_distress_go_to_the_lead_and_to_the_bell_and_come_before_any_reply(lin, zhou, he, wang, an, zhang):
    row = say(lin, "亏成这样，活着没意思了", client=zhang.code)
    assert str(row.distress) == "urgent" and lines(lin)[0]["needs_contact"]
    masked = lines(an)[0]
    assert not masked["needs_contact"] and masked["clock_on"] == "2026-12-07" and "意思" not in str(masked)
    with as_system():
        case = DistressCase.objects.get(source="feedback", source_ref=row.pk)
    on_distress(case=case.pk)
    on_distress(case=case.pk)
    with acting(zhou):
        (task,) = model_of("service.Task").objects.all()
        assert (task.owner_id, task.due_on, task.priority) == (zhou.pk, clock.today(), "1")
    for user, count in ((lin, 1), (zhou, 1), (he, 1), (wang, 0)):
        with acting(user):
            found = ask("care.distress_notices", {})
            assert len(found) == count and all("张" not in one["outside"] for one in found)
    with acting(lin):
        with pytest.raises(Refused, match="痛苦信号"):
            perform("care.reply_feedback", {"feedback": row.pk, "reply": "已收到。"})
        perform("care.confirm_contact", {"feedback": row.pk})
        assert ask("care.distress_notices", {}) == []
        perform("care.reply_feedback", {"feedback": row.pk, "reply": "已收到。"})


def test_a_complaint_about_staff_with_words_of_distress_names_no_client_in_the_task(lin, zhou, zhang):
    case = say(zhou, "小林让我借钱炒股，我睡不着", "投诉", client=zhang.code, about_staff="lin")
    with as_system():
        on_distress(case=DistressCase.objects.get(source="complaint", source_ref=case.pk).pk)
    with acting(zhou):
        (task,) = model_of("service.Task").objects.all()
        assert task.client_id is None and task.owner_id == zhou.pk
    with acting(lin):
        assert not model_of("service.Task").objects.exists()


@freeze_time(NOON)
def test_a_reply_is_checked_for_words_and_feedback_is_closed_once_answered(lin, wang, zhang):
    row, praise = say(lin, "月报太长", client=zhang.code), say(lin, "谢谢，很耐心", "表扬", client=zhang.code)
    number = {"feedback": row.pk}
    with acting(lin):
        with pytest.raises(Refused, match="先答复"):
            perform("care.close_feedback", number)
        with pytest.raises(Refused, match="不得发给客户的用语"):
            perform("care.reply_feedback", {**number, "reply": "保证收益不低于5%。"})
        perform("care.reply_feedback", {**number, "reply": "月报从下月起缩短为一页。"})
        perform("care.close_feedback", {**number, "satisfied": "满意"})
        perform("care.close_feedback", {"feedback": praise.pk})
        with pytest.raises(Refused, match="已办结"):
            perform("care.reply_feedback", {**number, "reply": "再答复"})
        assert ask("care.inbox", {"is_open": True})["lines"] == []
    with acting(wang), pytest.raises(NotFound):
        perform("care.change_feedback", {**number, "topic": "产品"})


def test_feedback_of_nobody_known_is_seen_by_its_team_and_compliance_only(lin, zhou, wang, he):
    say(lin, "短信太多", sender="路先生")
    assert [len(lines(user)) for user in (lin, zhou, he, wang)] == [1, 1, 1, 0]
    with acting(lin), pytest.raises(Refused, match="反映人"):
        perform("care.register_feedback", {"kind": "建议", "text": "短信太多"})


def test_a_mail_of_a_client_is_registered_once(lin, zhang):
    at = clock.now() - timedelta(hours=3)
    text = {"client": zhang, "subject": "建议", "text": "希望对账单提前发", "sent_at": at}
    with as_system(), act("test.mail"):
        mails = [add_smallest_row(model_of("service.Mail"), lin, direction=way, **text) for way in ("in", "out")]
    with acting(lin):
        row = perform("care.register_mail", {"mail": mails[0].pk, "kind": "建议"})
        assert (row.mail_id, str(row.channel), row.received_at) == (mails[0].pk, "mail", at)
        with pytest.raises(Refused, match="已登记"):
            perform("care.register_mail", {"mail": mails[0].pk, "kind": "建议"})
        with pytest.raises(Refused, match="客户来信"):
            perform("care.register_mail", {"mail": mails[1].pk, "kind": "建议"})

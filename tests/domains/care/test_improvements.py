"""Improvement issues: from client feedback to an effect computed by the desk, closed by a second person, and reported to clients."""

from datetime import timedelta

import pytest

from dakehu.domains.care.improvements.informing import on_informed, on_text
from dakehu.domains.care.models import Issue
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db
PLAN = {"cause": "午间无人值守", "cause_method": "五问法", "measure": "午间轮值", "topic": "服务速度"}


def day(ago):
    return (clock.today() - timedelta(days=ago)).isoformat()


def windows(end=1):
    return {"before_from": day(60), "before_to": day(31), "after_from": day(30), "after_to": day(end)}


def complain(client, ago, subject="打电话半天没人接"):
    return perform("compliance.register_complaint", {"client": client, "subject": subject, "received_on": day(ago)})


@pytest.fixture
def clients(lin):
    with acting(lin):
        return [
            perform("clients.create", {"name": f"客户{number}", "code": f"K{number:04d}", "opened_on": "2020-01-02"})
            for number in range(24)
        ]


def open_issue(user, **more):
    with acting(user):
        return perform("care.open_issue", {"title": "缩短等待时间", "due_on": day(-30), **PLAN, **more})


def move(user, issue, *stages):
    with acting(user):
        for stage in stages:
            perform("care.move_issue", {"issue": issue.pk, "stage": stage})


@pytest.mark.postgres
def test_an_effect_is_counted_by_the_desk_and_the_issue_closed_by_somebody_else(lin, zhou, an, he, clients):
    with acting(lin):
        first, *_ = [complain(client.code, 40 + place) for place, client in enumerate(clients[:9])]
        complain(clients[0].code, 5)
        complain(clients[1].code, 6, "佣金多收了")
    issue = open_issue(
        zhou, metric="投诉客户占比", owner="an", source_kind="complaint", source_ref=first.pk, **windows()
    )
    move(zhou, issue, "执行", "检查")
    number = {"issue": issue.pk}
    with acting(an):
        perform("care.measure_issue", number)
        result = ask("care.issue_detail", number)["result"]
        assert (result["before"]["count"], result["before"]["of"], result["after"]["count"]) == (9, 24, 1)
        assert result["verdict_code"] == "better" and result["effect"]["high"] < 0 and "其他原因" in result["caution"]
        with pytest.raises(Refused, match="不必填写原因"):
            perform("care.submit_issue", {**number, "no_effect_reason": "样本太少，无法判断"})
        perform("care.submit_issue", number)
    for user in (an, zhou):
        with acting(user), pytest.raises((Refused, NotAllowed)):
            perform("compliance.approve", {"approval": _approval(user, number)})
    with acting(he):
        perform("compliance.approve", {"approval": _approval(he, number)})
        closed = ask("care.issue_detail", number)
    assert closed["is_closed"] and closed["row"]["closed_by"] == "何静"
    with acting(an), pytest.raises(Refused, match="已关闭"):
        perform("care.change_issue", {**number, "measure": "x"})
    with acting(he):
        perform("care.reopen_issue", number)
        again = ask("care.issue_detail", number)
    assert (again["stage_code"], again["approval"], again["is_closed"]) == ("check", None, False)


def _approval(user, number):
    with acting(user):
        return ask("care.issue_detail", number)["approval"]["id"]


def test_how_it_is_measured_is_fixed_before_it_begins_and_an_open_window_waits(lin, zhou, clients):
    issue = open_issue(zhou, metric="诉求按期办结率")
    number = {"issue": issue.pk}
    with acting(zhou):
        with pytest.raises(Refused, match="起止日期"):
            perform("care.move_issue", {**number, "stage": "执行"})
        perform("care.change_issue", {**number, **windows(end=-5)})
        perform("care.move_issue", {**number, "stage": "执行"})
        for changed in ({"metric": "承诺兑现率"}, {"topic": "产品"}, {"after_to": day(9)}):
            with pytest.raises(Refused, match="不能再改衡量方式"):
                perform("care.change_issue", {**number, **changed})
        with pytest.raises(Refused, match="先测量"):
            perform("care.move_issue", {**number, "stage": "处置"})
        perform("care.measure_issue", number)
        with pytest.raises(Refused, match="系统计算"):
            perform("care.enter_counts", {**number, "window": "改进前", "count": 1, "of": 2, "source": "x"})
        found = ask("care.issue_detail", number)
        assert found["result"]["after"] is None and not found["window_is_over"]
        with pytest.raises(Refused, match="选择关闭原因"):
            perform("care.submit_issue", number)
        with pytest.raises(Conflict):
            perform("care.move_issue", {**number, "stage": "检查", "version": 1})


def test_typed_counts_are_marked_as_typed_with_their_source(lin, zhou):
    issue = open_issue(zhou, metric="手工填报的比率", **windows())
    number = {"issue": issue.pk}
    with acting(zhou):
        with pytest.raises(Refused, match="先填报"):
            perform("care.measure_issue", number)
        for window, count in (("改进前", 30), ("改进后", 10)):
            perform(
                "care.enter_counts", {**number, "window": window, "count": count, "of": 100, "source": "呼叫中心报表"}
            )
        perform("care.measure_issue", number)
        result = ask("care.issue_detail", number)["result"]
    assert result["is_typed"] and result["verdict_code"] == "better"
    assert [one["source"] for one in result["sources"]] == ["呼叫中心报表"] * 2


def test_every_metric_is_read_from_the_records_of_the_desk(lin, zhou, clients):
    with acting(lin):
        for place, client in enumerate(clients[:3]):
            asked = {"client": client.pk, "kind": "需求", "subject": "转账办理", "opened_on": day(40)}
            row = perform("service.open_request", asked)
            perform("service.move_request", {"request": row.pk, "state": "已办结", "outcome": "好"})
            spoken = {"client": client.pk, "held_at": f"{day(41)} 10:00", "summary": "转账", "promise": "回电"}
            perform("service.log_interaction", {**spoken, "promise_due_on": day(35 if place else -1)})
        perform("care.register_feedback", {"kind": "建议", "text": "转账再快些", "client": clients[0].pk})
    found = {}
    for name in (
        "feedback",
        "requests",
        "on_time",
        "first_contact",
        "promises",
        "days_to_close",
        "mail_minutes",
        "satisfaction",
    ):
        days = {**windows(), "before_to": day(32), "after_from": day(31), "after_to": day(0)}
        issue = open_issue(zhou, **{**days, "metric": name, "topic": "其他"})
        with acting(zhou):
            perform("care.measure_issue", {"issue": issue.pk})
            before = ask("care.issue_detail", {"issue": issue.pk})["result"]["before"]
        found[name] = (before["count"], before["of"])
    assert found["requests"] == (3, 24) and found["feedback"] == (0, 24) and found["promises"] == (0, 2)
    assert found["on_time"] == (0, 0) and found["days_to_close"] == (None, 0)


def test_clients_are_told_what_became_of_their_word_with_checked_words(lin, zhou, wang, clients):
    with acting(lin):
        voice = perform("care.register_feedback", {"kind": "建议", "text": "午间接电话", "client": clients[0].pk})
        perform("care.register_feedback", {"kind": "建议", "text": "午间也接电话", "client": clients[1].pk})
    issue = open_issue(zhou, source_kind="feedback", source_ref=voice.pk)
    number = {"issue": issue.pk}
    with acting(wang), pytest.raises(NotFound):
        perform("care.link_to_issue", {"into": issue.pk, "source_kind": "feedback", "source_ref": voice.pk})
    with acting(zhou):
        with pytest.raises(Refused, match="已经关联"):
            perform("care.link_to_issue", {"into": issue.pk, "source_kind": "feedback", "source_ref": voice.pk})
        with pytest.raises(Refused, match="不得发给客户的用语"):
            perform("care.write_client_text", {**number, "client_text": "保证收益不低于5%。"})
        survey = perform("care.add_survey", {"title_zh": "服务满意度"})
        about = {"into": issue.pk, "source_kind": "survey", "source_ref": survey.pk}
        result = perform("care.link_to_issue", about)
        perform("care.write_client_text", {**number, "client_text": "您反映的午间无人接听，现已安排轮值。"})
        with pytest.raises(Refused, match="没有可告知的客户"):
            perform("care.inform_client", {"link": result.pk, "informed_how": "电话"})
    assert on_text(issue=issue.pk) == {"tasks": 1} and on_text(issue=issue.pk) == {"tasks": 0}
    with acting(lin):
        (task,) = model_of("service.Task").objects.all()
        assert (task.client_id, task.owner_id) == (clients[0].pk, lin.pk) and "轮值" in task.detail
        link, other = ask("care.issue_detail", number)["records"]
        assert (other["kind_label"], other["title"], other["has_person"]) == ("问卷结果", "服务满意度", False)
        perform("care.inform_client", {"link": link["id"], "informed_how": "电话"})
        assert on_informed(link=link["id"]) == {"finished": 1}
        with pytest.raises(Refused, match="不能取消"):
            perform("care.unlink_from_issue", {"link": link["id"]})
        assert ask("care.issue_detail", number)["informed"] == 1
    with acting(wang):
        assert [one["kind"] for one in ask("care.issue_detail", number)["records"]] == ["survey"]


def test_due_issues_and_effects_that_can_be_measured_stand_in_the_owners_bell(lin, zhou):
    issue = open_issue(zhou, metric="承诺兑现率", **windows(), owner="lin")
    with acting(zhou):
        perform("care.change_issue", {"issue": issue.pk, "due_on": day(1)})
    move(zhou, issue, "执行")
    with acting(lin):
        keys = [one["key"] for one in ask("care.issue_notices", {})]
        assert len(keys) == 2 and any("measure" in key for key in keys)
    with acting(zhou):
        assert ask("care.issue_notices", {}) == []
    with as_system():
        assert Issue.objects.count() == 1

"""A deputy gets the reminders of an absent colleague, within the deputy's own scope; an invitation is a notification."""

from datetime import timedelta

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def gu(lin):
    return enter("gu", "顾明", "manager", "东区一队")


def bell(user):
    with as_system():
        user.refresh_from_db()
    with acting(user):
        return " | ".join(one["text"] for one in ask("team.notices", {}))


def invite(organiser, user, **more):
    at = (clock.today() + timedelta(days=3)).isoformat()
    with acting(organiser):
        raw = {"subject": "产品沟通", "kind": "internal", "starts_at": f"{at} 10:00", "staff": [user.pk]}
        return perform("service.plan_meeting", {**raw, **more})


def test_a_deputy_is_reminded_of_what_the_absent_would_be_and_not_behind_a_wall(lin, gu, zhou, he, zhang):
    today = clock.today().isoformat()
    with acting(lin):
        walled = perform("clients.create", {"name": "墙内客户", "code": "C0005"})
        for client in (zhang, walled):
            perform("service.plan_follow_up", {"client": client.pk, "due_on": today, "subject": "回访"})
            perform("service.add_comment", {"client": client.pk, "text": "备忘"})
    with acting(zhou):
        perform("service.add_comment", {"client": zhang.pk, "text": "@林晓 请看"})
    invite(zhou, lin)
    assert "跟进今天到期" not in bell(gu)
    with acting(zhou):
        perform("service.record_absence", {"user": lin.pk, "first_on": today, "last_on": today, "deputy": gu.pk})
    with acting(he):
        perform("clients.set_information_wall", {"client": walled.pk, "walled": True, "reason": "项目"})
    said = bell(gu)
    assert "1 项跟进今天到期" in said, "one of two: the other client stands behind a wall"
    assert "周宁在客户“张三”的评论中提到您（代理林晓）" in said
    assert "周宁邀请您参加" in said and "“产品沟通”（代理林晓）" in said
    assert "代理" not in bell(lin) and "2 项跟进今天到期" in bell(lin)


def test_an_invitation_stands_in_the_bell_until_it_is_answered(lin, gu, wang):
    row = invite(lin, gu, rrule="FREQ=WEEKLY;COUNT=3")
    with acting(gu):
        (one,) = [one for one in ask("team.notices", {}) if one["key"].startswith("service.meeting_invitations")]
        assert one["url"] == f"/calendar/meetings/{row.pk}/" and one["leaves"] and "产品沟通" not in one["outside"]
        perform("service.answer_invitation", {"meeting": row.pk, "answer": "accepted"})
    assert "邀请您" not in bell(gu) + bell(lin) + bell(wang)


def test_the_search_finds_meetings_and_comments_of_a_client(lin, wang, zhang):
    at = (clock.today() + timedelta(days=3)).isoformat()
    with acting(lin):
        raw = {"client": zhang.pk, "subject": "家族信托沟通会", "kind": "office", "starts_at": f"{at} 10:00"}
        perform("service.plan_meeting", {**raw, "agenda": "讨论离岸架构"})
        perform("service.add_comment", {"client": zhang.pk, "text": "已预订浦江会议室"})
        for words in ("家族信托", "离岸架构", "浦江会议室"):
            assert [row["code"] for row in ask("clients.search", {"text": words})["rows"]] == ["C0001"], words
    with acting(wang):
        assert ask("clients.search", {"text": "家族信托"})["rows"] == []

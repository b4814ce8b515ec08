"""Who serves in addition to the main manager, for how long, and who is the deputy of an absent colleague."""

from datetime import timedelta

import pytest

from dakehu.domains.clients import duties
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system, enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def gu(lin):
    return enter("gu", "顾明", "manager", "东区一队")


def day(days):
    return (clock.today() + timedelta(days=days)).isoformat()


def sees(user):
    """Return how many clients a user sees, with current rights."""
    with as_system():
        user.refresh_from_db()
    with acting(user):
        return ask("clients.list", {})["count"]


def move_clock(monkeypatch, days):
    moment = clock.now() + timedelta(days=days)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


def test_a_specialist_sees_and_serves_but_changes_no_client_data_and_not_beyond_the_agreed_day(
    lin, gu, wang, zhang, monkeypatch
):
    with acting(gu), pytest.raises(Refused):
        perform("clients.appoint", {"client": zhang.pk, "user": gu.pk, "role": "specialist", "subject": "期权"})
    with acting(lin):
        with pytest.raises(Refused, match="专业领域"):
            perform("clients.appoint", {"client": zhang.pk, "user": wang.pk, "role": "specialist"})
        given = {"client": zhang.pk, "user": wang.pk, "role": "specialist", "subject": "期权", "ends_on": day(5)}
        perform("clients.appoint", given)
        team = ask("clients.service_team", {"client": zhang.pk})
        assert [(one["name"], one["role"], one["subject"]) for one in team] == [
            ("林晓", "main", ""),
            ("王强", "specialist", "期权"),
        ]
    with acting(wang):
        said = {"client": zhang.pk, "held_at": "2026-01-05", "summary": "讲解期权"}
        perform("service.log_interaction", said)
        perform("service.create_task", {"client": zhang.pk, "subject": "寄送材料", "due_on": day(1)})
        for act, raw in (
            ("clients.change", {"segment": "高净值"}),
            ("clients.add_contact", {"kind": "mobile", "value": "13800000001"}),
            ("clients.record_needs", {"goal": "稳健"}),
        ):
            with pytest.raises(Refused, match="专家"):
                perform(act, {"client": zhang.pk, **raw})
        with pytest.raises(Refused, match="专家"):
            perform("clients.change_many", {"clients": ["C0001"], "segment": "高净值"})
        with pytest.raises(Refused, match="主办"):
            perform("clients.appoint", {"client": zhang.pk, "user": gu.pk, "role": "deputy"})
    move_clock(monkeypatch, 6)
    assert sees(wang) == 0
    with as_system():
        assert duties.end_duties() == {"ended": 1}


def test_a_deputy_of_the_absent_has_clients_and_work_meanwhile_and_not_before_or_after(lin, gu, zhang, monkeypatch):
    with acting(lin):
        perform("service.create_task", {"client": zhang.pk, "subject": "补齐资料", "due_on": day(2)})
        perform("service.plan_follow_up", {"client": zhang.pk, "due_on": day(2), "subject": "回访"})
        row = perform("service.record_absence", {"first_on": day(1), "last_on": day(3), "deputy": gu.pk})
    assert sees(gu) == 0
    move_clock(monkeypatch, 2)
    assert sees(gu) == 1
    with acting(gu):
        line = ask("service.task_list", {})["groups"][0]["lines"][0]
        assert (line["owner"], line["stands_in"]) == ("林晓", True)
        assert {one["owner"] for one in ask("service.today_list", {})["lines"]} == {"林晓"}
        assert "代理林晓" in ask("service.standing_in", {})[0]["text"]
        with pytest.raises(Refused, match="只能登记自己"):
            perform("service.record_absence", {"user": lin.pk, "first_on": day(9), "last_on": day(9)})
    with acting(lin):
        assert ask("service.task_list", {})["total"] == 1  # it stays with the absent user
        perform("service.cancel_absence", {"absence": row.pk})
    move_clock(monkeypatch, 1)
    assert sees(gu) == 0


def test_a_deputy_is_refused_who_is_away_elsewhere_or_oneself_and_days_overlap_nothing(lin, gu, wang, an):
    with acting(gu):
        perform("service.record_absence", {"first_on": day(2), "last_on": day(4)})
    with acting(lin):
        for deputy, word in ((gu, "也在休假"), (lin, "自己"), (wang, "同一团队"), (an, "不服务客户")):
            with pytest.raises(Refused, match=word):
                perform("service.record_absence", {"first_on": day(3), "last_on": day(5), "deputy": deputy.pk})
        perform("service.record_absence", {"first_on": day(3), "last_on": day(5)})
        with pytest.raises(Refused, match="已经登记"):
            perform("service.record_absence", {"first_on": day(5), "last_on": day(6)})
        month = ask("service.absence_month", {"month": day(3)[:7]})
        cells = {one["name"]: [cell["on"] for cell in one["days"] if cell["absence"]] for one in month["people"]}
        assert day(3) in cells["林晓"] and set(cells) == {"林晓", "顾明"}


def test_a_walled_client_stays_closed_to_the_deputy_of_the_absent(lin, gu, he, zhang):
    with acting(he):
        perform("clients.set_information_wall", {"client": zhang.pk, "walled": True, "reason": "项目"})
    with acting(lin):
        perform("service.record_absence", {"first_on": day(0), "last_on": day(3), "deputy": gu.pk})
    assert sees(gu) == 0

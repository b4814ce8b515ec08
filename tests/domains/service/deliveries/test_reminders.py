"""Notices sent by mail: once, without personal values, as each user chose, and finally to the lead."""

from datetime import datetime, timedelta

import pytest
from freezegun import freeze_time

from dakehu.domains.service.deliveries import handover
from dakehu.domains.service.deliveries.reminders import remind_everybody, remind_if_due
from dakehu.domains.service.models import Delivery, MessageSettings, NoticeAddress
from dakehu.domains.team.notices import read_notices
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs.models import Job
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db
NOON = clock.at_local(datetime(2026, 11, 30, 12, 0))


@pytest.fixture(autouse=True)
def at_noon():
    with freeze_time(NOON, ignore=["_pytest"]) as time:
        yield time


def opened(row, name):
    with as_system(), act("test.read"):
        return getattr(Delivery.objects.get(pk=row.pk), name).open()


def messages(**chosen):
    with as_system():
        return list(Delivery.objects.exclude(kind="code").filter(**chosen).order_by("pk"))


def reachable(user, address=""):
    """Give a user a confirmed address by the code that was sent there."""
    with acting(user):
        perform("service.add_notice_address", {"channel": "mail", "address": address or f"{user.username}@example.com"})
        number = NoticeAddress.objects.get(user=user).pk
    with as_system():
        code_mail = Delivery.objects.filter(kind="code", recipient=user).latest("pk")
    code = opened(code_mail, "text").split(" ")[1][:6]
    with acting(user):
        assert perform("service.confirm_notice_address", {"notice_address": number, "code": code})["confirmed"]


def complain(user, client):
    with acting(user):
        perform(
            "service.open_request",
            {"client": client.code, "kind": "投诉", "subject": "收费争议", "due_on": "2026-11-30"},
        )


def remind():
    with as_system():
        return remind_everybody(None)


def settings(**values):
    with as_system(), act("test.settings"):
        row = MessageSettings.objects.first() or MessageSettings()
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


@pytest.mark.postgres
def test_a_notice_leaves_once_by_code_and_purpose_only(lin, zhang):
    reachable(lin)
    complain(lin, zhang)
    settings(desk_address="https://desk.example.com")
    assert remind()["messages"] == 1 and remind()["messages"] == 0
    (row,) = messages()
    text = opened(row, "text")
    assert "C0001" in text and "https://desk.example.com/complaints/" in text
    assert "张三" not in text + opened(row, "subject") and "收费争议" not in text


def test_names_leave_where_the_firm_allows_it(lin, zhang):
    reachable(lin)
    complain(lin, zhang)
    settings(names_clients=True)
    remind()
    assert "张三" in opened(messages()[0], "text")


def test_nobody_is_reminded_at_an_address_that_was_not_confirmed(lin, zhang):
    with acting(lin):
        perform("service.add_notice_address", {"channel": "mail", "address": "lin@example.com"})
        number = NoticeAddress.objects.get().pk
        for _ in range(5):
            assert not perform("service.confirm_notice_address", {"notice_address": number, "code": "000000x"})[
                "confirmed"
            ]
        with pytest.raises(Refused, match="失效"):
            perform("service.confirm_notice_address", {"notice_address": number, "code": "000000x"})
    complain(lin, zhang)
    assert remind()["messages"] == 0


def test_an_address_of_somebody_else_is_not_there(lin, wang):
    reachable(lin)
    number = NoticeAddress.objects.get().pk
    with acting(wang), pytest.raises(NotFound):
        perform("service.remove_notice_address", {"notice_address": number})
    with acting(wang):
        assert ask("service.notice_settings", {})["addresses"] == []
    with acting(lin):
        assert ask("service.notice_settings", {})["addresses"][0]["address"] == "l***@example.com"


def test_a_chat_address_into_the_firms_own_network_is_refused(lin):
    with acting(lin):
        for address in (
            "https://10.0.0.5/cgi-bin/webhook/send?key=1",
            "json://10.0.0.5/",
            "http://qyapi.weixin.qq.com/x",
        ):
            with pytest.raises(Refused, match="聊天地址"):
                perform("service.add_notice_address", {"channel": "chat", "address": address})


def test_a_notice_that_was_read_while_it_was_held_does_not_leave(lin, zhang, at_noon):
    reachable(lin)
    with acting(lin):
        perform("service.set_notice_preferences", {"urgent_at_once": False})
    complain(lin, zhang)
    at_noon.move_to(NOON + timedelta(hours=9))
    remind()
    (row,) = messages(state="held", rule="quiet_hours")
    with acting(lin):
        read_notices()
    at_noon.move_to(row.due_at + timedelta(minutes=1))
    with as_system():
        while handover.claim_delivery(worker="w-1-1", channels=("mail",)) is not None:
            pass
    assert messages()[0].rule == "read_already"


def test_what_the_manager_does_not_read_comes_to_the_lead_once(lin, zhou, zhang, at_noon):
    settings(escalate_minutes=60)
    complain(lin, zhang)
    remind()
    at_noon.tick(timedelta(minutes=61))
    remind()
    remind()
    (row,) = messages(channel="desk", recipient=zhou)
    with acting(zhou):
        texts = [one["text"] for one in ask("team.notices", {})]
    assert any("林晓 有 1 条紧急提醒未读" in text for text in texts) and "张三" not in row.title


def test_the_worker_looks_every_few_minutes_and_only_where_somebody_can_be_reached(lin, at_noon):
    with as_system():
        remind_if_due()
    assert not Job.objects.filter(kind="service.remind").exists()
    reachable(lin)
    with as_system():
        for _ in range(3):
            remind_if_due()
    assert Job.objects.filter(kind="service.remind").count() == 1


def test_nothing_leaves_to_somebody_who_left_the_firm(lin, admin, zhang):
    reachable(lin)
    complain(lin, zhang)
    remind()
    with as_system(), act("test.leaves"):
        lin.is_active = False
        lin.save()
    with as_system():
        while handover.claim_delivery(worker="w-1-1", channels=("mail",)) is not None:
            pass
    assert [row.rule for row in messages()] == ["recipient_left"]
    assert remind()["messages"] == 0

"""The delivery log: counts that add up, for leads and administrators, and a button that sends again."""

import pytest
from django.test import Client

from dakehu.domains.service.deliveries import handover, outbox
from dakehu.domains.service.models import Delivery, MessageSettings
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.messages.outcome import Outcome, Result
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db
ENDS = (
    Outcome(Result.ACCEPTED, "250"),
    Outcome(Result.FINAL, "550 <lin@example.com> none"),
    Outcome(Result.TEMPORARY, "451"),
)


def queue(user, key, *, channel="mail", client=None, kind="notice"):
    with acting(user):
        return outbox.queue(
            channel=channel,
            address="lin@example.com",
            subject="提醒",
            text="三项到期",
            key=key,
            kind=kind,
            title="3 条提醒",
            recipient=None if client else user.pk,
            client=client.pk if client else None,
        )


def settle(*outcomes):
    with as_system():
        for outcome in outcomes:
            claimed = handover.claim_delivery(worker="w-1-1", channels=("mail",))
            if isinstance(claimed, handover.Claimed):
                handover.settle_delivery(delivery=claimed.id, worker="w-1-1", outcome=outcome)


def log(user, **chosen):
    with acting(user):
        return ask("service.deliveries", chosen)


@pytest.mark.postgres
def test_the_counts_of_all_states_add_up(lin, zhou, zhang):
    for number in range(3):
        queue(lin, f"notice:{number}")
    settle(*ENDS)
    queue(lin, "campaign", client=zhang, kind="campaign")
    settle(ENDS[0])
    queue(lin, "sms", channel="sms", client=zhang, kind="campaign")
    found = log(zhou)
    assert found["total"] == sum(one["count"] for one in found["states"]) == 5
    mail = next(one for one in found["channels"] if one["channel"] == "mail")
    assert (mail["total"], mail["queued"], mail["sent"], mail["failed"], mail["suppressed"]) == (4, 1, 1, 1, 1)
    assert {one["rule"]: one["count"] for one in found["rules"]} == {"no_consent": 1, "no_transport": 1}
    assert len(log(zhou, state="failed_final")["deliveries"]) == 1


def test_a_lead_sees_the_own_team_only_and_a_manager_no_log(lin, zhou, wang, admin, zhang):
    queue(lin, "notice:lin")
    queue(wang, "notice:wang")
    queue(lin, "reply", client=zhang, kind="client_mail")
    assert log(zhou)["total"] == 2 and log(admin)["total"] == 3
    with acting(lin), pytest.raises(NotAllowed):
        ask("service.deliveries", {})
    number = queue(wang, "notice:wang")
    with acting(zhou), pytest.raises(NotFound):
        perform("service.send_again", {"delivery": number})


def test_the_log_shows_neither_text_nor_address(lin, admin):
    queue(lin, "notice:1")
    (row,) = log(admin)["deliveries"]
    assert "三项到期" not in str(row) and "lin@example.com" not in str(row) and row["address"] == "l***@example.com"


def test_what_failed_is_sent_again_under_the_same_message_id_and_what_was_sent_is_not(lin, zhou):
    number = queue(lin, "notice:1")
    settle(ENDS[1])
    with as_system():
        before = Delivery.objects.get(pk=number).message_id
    with acting(zhou):
        perform("service.send_again", {"delivery": number})
    settle(ENDS[0])
    (row,) = log(zhou)["deliveries"]
    assert row["state"] == "accepted" and row["message_id"] == before
    assert any("周宁" in step["note"] for step in row["history"])
    with acting(zhou), pytest.raises(Refused, match="不需要重发"):
        perform("service.send_again", {"delivery": number})


def test_what_the_desk_cannot_send_is_not_queued_again(lin, zhou, zhang):
    number = queue(lin, "sms", channel="sms", client=zhang, kind="campaign")
    with acting(zhou), pytest.raises(Refused, match="渠道"):
        perform("service.send_again", {"delivery": number})
    assert not log(zhou)["deliveries"][0]["may_go_again"]


def test_a_message_that_waits_can_be_stopped(lin, zhou):
    number = queue(lin, "notice:1")
    with acting(zhou):
        perform("service.stop_delivery", {"delivery": number})
    settle(ENDS[0])
    assert log(zhou)["deliveries"][0]["rule"] == "taken_back"


def test_mail_is_not_switched_on_without_a_server_or_without_encryption(admin, lin):
    with acting(admin):
        with pytest.raises(Refused, match="需要填写"):
            perform("service.change_message_settings", {"mail_on": True})
        facts = {"mail_on": True, "mail_host": "smtp.example.com", "sender_address": "desk@example.com"}
        with pytest.raises(Refused, match="本机"):
            perform("service.change_message_settings", {**facts, "mail_security": "none"})
        with pytest.raises(Refused, match="时间"):
            perform("service.change_message_settings", {"quiet_from": "25:00"})
        perform("service.change_message_settings", facts)
        perform("service.replace_mail_password", {"mail_password": "geheim-1"})
        found = ask("service.message_settings", {})
    assert found["has_password"] and "geheim" not in str(found)
    with acting(lin), pytest.raises(NotAllowed):
        perform("service.change_message_settings", {"mail_on": False})


def test_pages_of_log_settings_and_own_notices(lin, zhou, admin):
    number = queue(lin, "notice:1")
    settle(ENDS[1])
    pages = Client()
    pages.force_login(zhou)
    shown = pages.get("/messages/?state=failed_final").content.decode()
    assert "重新发送" in shown and "各状态相加即为总数" in shown and pages.get("/messages/settings/").status_code == 403
    answer = pages.post(f"/messages/{number}/again?state=failed_final")
    assert answer.status_code == 302 and answer["Location"] == "/messages/?state=failed_final"
    pages.force_login(admin)
    assert "邮件服务器" in pages.get("/messages/settings/").content.decode()
    wrong = pages.post("/messages/settings/", {"mail_on": "true", "shown": "mail_on", "mail_port": "587"})
    assert wrong.status_code == 422 and MessageSettings.objects.count() == 0
    pages.force_login(lin)
    assert pages.get("/messages/").status_code == 403
    assert (
        pages.post("/me/notices", {"timing": "digest", "digest_at": "7:45", "shown": "urgent_at_once"}).status_code
        == 302
    )
    assert pages.post("/me/notices/addresses", {"channel": "mail", "address": "nowhere"}).status_code == 422
    assert pages.post("/me/notices/addresses", {"channel": "mail", "address": "lin@example.com"}).status_code == 302
    assert pages.post("/me/notices/snooze", {"hours": "4"}).status_code == 302
    mine = pages.get("/me/notices").content.decode()
    assert "07:45" in mine and "l***@example.com" in mine and "待确认" in mine and "提醒已暂停" in mine
    assert pages.get("/notices/?part=new").json()["notices"] == []

"""Mails to a client: filled in from a template, refused by rules, stored in the client's thread with the answer."""

from datetime import datetime
from typing import Any

import pytest

from dakehu.domains.service.mail.intake import MailSource, ReceivedMail, file_mails
from dakehu.domains.service.models import Delivery, Mail
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.exchange.mailbox.mails import mail


@pytest.fixture
def at_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock to ten o'clock of a working day: no quiet hours."""
    moment = datetime.fromisoformat("2026-11-27T10:00:00+08:00")
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.postgres
def test_a_mail_is_written_from_a_template_and_its_answer_stands_in_the_same_thread(
    at_ten: None, lin: Any, zhou: Any, wang: Any, zhang: Any
) -> None:
    with acting(zhou):
        with pytest.raises(Refused, match="没有这样的字段：星座"):
            perform("service.add_mail_template", {"name": "x", "language": "zh", "subject": "y", "text": "{{星座}}"})
        first = perform(
            "service.add_mail_template",
            {
                "name": "回顾",
                "language": "zh",
                "subject": "{{客户姓名}}，季度回顾",
                "text": "您好，{{client name}}。{{职业}}\n{{客户经理}}",
            },
        )
        second = perform(
            "service.change_mail_template", {"mail_template": first.pk, "text": "{{客户姓名}}，您好。\n{{客户经理}}"}
        )
        assert [
            row["edition"] for row in ask("service.mail_template_editions", {"mail_template": second.pk})["rows"]
        ] == [2, 1]
    with acting(lin):
        assert [row["id"] for row in ask("service.mail_templates", {})["rows"]] == [second.pk]
        with pytest.raises(NotAllowed):
            perform("service.change_mail_template", {"mail_template": second.pk, "text": "x"})
        assert (
            ask("service.mail_preview", {"client": zhang.pk, "mail_template": first.pk})["refusals"][0]["rule"]
            == "no_address"
        )
        perform("clients.add_contact", {"client": zhang.pk, "kind": "mail", "value": "zhang@example.com"})
        shown = ask("service.mail_preview", {"client": zhang.pk, "mail_template": first.pk})
        assert shown["open"] == ["职业"] and [one["rule"] for one in shown["refusals"]] == ["open_placeholder"]
        shown = ask("service.mail_preview", {"client": zhang.pk, "mail_template": second.pk})
        assert (shown["subject"], shown["text"], shown["to"]) == (
            "张三，季度回顾",
            "张三，您好。\n林晓",
            "z***g@example.com",
        )
        assert not shown["refusals"]
        values = {"client": zhang.pk, "subject": shown["subject"], "text": shown["text"], "mail_template": second.pk}
        sent = perform("service.send_mail", values)
        delivery = Delivery.objects.get(pk=sent.delivery_ref)
        assert (delivery.kind, delivery.message_id) == ("client_mail", f"<{sent.message_id}>")
        item = ask("service.timeline", {"client": zhang.pk})[0]
        assert (item["what"], item["delivery"]["state"]) == ("mail", "queued")
    own = sent.message_id.partition("@")
    answer = mail("zhang@example.com", "lin@dakehu.example", "Re: 季度回顾", "周三可以。", number="a1").replace(
        b"Message-ID:", f"References: <{own[0]}@{own[2]}>\r\nIn-Reply-To: <{sent.message_id}>\r\nMessage-ID:".encode()
    )
    copy = mail("lin@dakehu.example", "zhang@example.com", "张三，季度回顾").replace(b"Message-ID: <", b"X-Old: <")
    copy = f"Message-ID: <{sent.message_id}>\r\n".encode() + copy
    source = MailSource(None, lin, {"lin@dakehu.example": lin})
    with acting(lin), act("test.file"):
        result = file_mails([ReceivedMail(copy, 1), ReceivedMail(answer, 1)], source)
    assert (result.filed, result.duplicate) == (1, 1)
    with acting(lin):
        received = Mail.objects.get(direction="in")
        assert [row["id"] for row in ask("service.mail_thread", {"client_mail": received.pk})["rows"]] == [
            sent.pk,
            received.pk,
        ]
        preview = ask("service.mail_preview", {"client": zhang.pk, "client_mail": received.pk, "text": "好。"})
        assert preview["subject"] == "Re: 季度回顾"
        again = perform(
            "service.send_mail",
            {"client": zhang.pk, "subject": "Re: 季度回顾", "text": "好。", "client_mail": received.pk},
        )
        headers = Delivery.objects.get(pk=again.delivery_ref).headers
        assert headers["In-Reply-To"] == "<a1@mail.example>"
        assert headers["References"] == f"<{sent.message_id}> <a1@mail.example>" and again.thread == sent.thread
    with acting(wang), pytest.raises((NotFound, Refused)):
        perform("service.send_mail", {"client": zhang.pk, "subject": "x", "text": "y"})


def test_a_client_who_refused_mail_is_not_written_to(at_ten: None, lin: Any, zhang: Any) -> None:
    with acting(lin):
        perform("clients.add_contact", {"client": zhang.pk, "kind": "mail", "value": "zhang@example.com"})
        perform(
            "clients.record_consent",
            {
                "client": zhang.pk,
                "purpose": "service",
                "channel": "mail",
                "state": "refused",
                "stated_on": "2026-11-01",
            },
        )
        with pytest.raises(Refused, match="拒绝此类联系"):
            perform("service.send_mail", {"client": zhang.pk, "subject": "x", "text": "y"})
    with as_system():
        assert not Delivery.objects.exists() and not Mail.objects.exists()

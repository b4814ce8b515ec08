"""The pages of mails: sorting what was set aside, writing to a client, and who sees none of it."""

from datetime import datetime
from typing import Any

import pytest

from dakehu.domains.service.mail.intake import MailSource, ReceivedMail, file_mails
from dakehu.domains.service.models import Delivery, Mail
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.architecture.pages import browser_of
from tests.cast import acting, as_system
from tests.exchange.mailbox.mails import mail

HOME, HER = "lin@dakehu.example", "zhang@example.com"


@pytest.fixture
def filed(lin: Any, zhang: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A mail on Zhang's timeline, with a script in its text, and one set aside for Lin; the time is 10:00."""
    moment = datetime.fromisoformat("2026-11-27T10:00:00+08:00")
    monkeypatch.setattr(clock, "now", lambda: moment)
    letters = [
        mail(HER, HOME, "费用", "<script>alert(1)</script>请说明", number="p1", files=(("a.exe", b"MZ\x90"),)),
        mail("other@example.org", HOME, "私人地址", number="p2"),
    ]
    with acting(lin):
        perform("clients.add_contact", {"client": zhang.pk, "kind": "mail", "value": HER})
        with act("test.file"):
            file_mails([ReceivedMail(one, len(one)) for one in letters], MailSource(None, lin, {HOME: lin}))
        return Mail.objects.get()


def test_lin_reads_sorts_and_answers_mails_and_wang_sees_none_of_it(
    filed: Any, lin: Any, wang: Any, zhang: Any
) -> None:
    browser, other = browser_of(lin), browser_of(wang)
    with acting(lin):
        texts = [one["text"] for one in ask("service.mail_notices", {})]
    assert texts == ["张三来信：费用", "1 封邮件待归档"]
    with acting(wang):
        assert ask("service.mail_notices", {}) == []
    page = browser.get(f"/clients/{zhang.pk}/?show=mail").content.decode()
    assert "费用" in page and "&lt;script&gt;alert(1)" in page and "a.exe" in page and HER not in page
    listed = browser.get("/mail/").content.decode()
    assert "私人地址" in listed and "other@example.org" not in listed
    (pk,) = {part.partition("/")[0] for part in listed.split("/mail/aside/")[1:]}
    assert "other@example.org" in browser.get(f"/mail/aside/{pk}/?q=张三").content.decode()
    answer = browser.post(
        f"/mail/aside/{pk}/", {"action": "service.file_set_aside", "client": zhang.pk, "remember": "on"}
    )
    assert answer.status_code == 302 and "私人地址" not in browser.get("/mail/").content.decode()
    write = f"/clients/{zhang.pk}/write"
    shown = browser.get(f"{write}?client_mail={filed.pk}").content.decode()
    assert "Re: 费用" in shown and "这个会话" in shown
    values = {"do": "send", "client_mail": filed.pk, "subject": "Re: 费用", "text": "{{客户姓名}}，明细见附件。"}
    assert browser.post(write, {**values, "text": "{{没有的字段}}"}).status_code == 200
    assert browser.post(write, values).status_code == 302
    with as_system():
        sent = Mail.objects.get(delivery_ref=Delivery.objects.get().pk)
    assert sent.text == "张三，明细见附件。" and sent.thread == filed.thread
    source = browser.get(f"/mail/{filed.pk}/source")
    assert source["Content-Disposition"].startswith("attachment") and b"".join(source).startswith(b"From:")
    assert other.get(write).status_code == other.get(f"/mail/{filed.pk}/source").status_code == 404
    assert other.get(f"/mail/aside/{pk}/").status_code == 404
    assert "私人地址" not in other.get("/mail/").content.decode()

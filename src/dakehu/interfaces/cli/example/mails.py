"""The demonstration's mails: a mailbox that is not connected, templates, and a few invented letters of clients."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.service.mail.intake import MailSource, ReceivedMail, file_mails
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform

HOME = "lin@dakehu.example"
REPORT = b"%PDF-1.4\n% demonstration\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
TEMPLATES = (
    (
        "季度回顾邀约",
        "zh",
        "{{客户姓名}}，约您回顾本季度",
        "{{客户姓名}}，您好：\n\n本季度的账户情况已整理好，想约您半小时一起看看。您方便的时间请直接回复。\n\n{{客户经理}}\n{{日期}}",
    ),
    (
        "风险测评到期提醒",
        "zh",
        "风险测评即将到期",
        "{{客户姓名}}，您好：\n\n您的风险测评有效期至 {{测评有效期至}}。请在到期前重新测评，以免影响交易。\n\n{{客户经理}}",
    ),
    (
        "Quarterly review",
        "en",
        "A review of your quarter",
        "Dear {{Client name}},\n\nThe figures of your quarter are ready. When may we go through them together?\n\n{{manager}}",
    ),
)


def write_mails(today: date, manager: Any, acting: Callable[[str], AbstractContextManager[Any]]) -> None:
    """Add templates, Lin's mailbox (switched off), and file invented mails with some of Lin's clients.

    acting(username) → a context that acts as that user.
    """
    for name, language, subject, text in TEMPLATES:
        perform("service.add_mail_template", {"name": name, "language": language, "subject": subject, "text": text})
    with acting(manager.username):
        mailbox = {"name": "林晓的工作邮箱（演示）", "address": HOME, "host": "imap.example.com", "username": HOME}
        perform("mailbox.add", {**mailbox, "password": "demonstration", "folders": "INBOX,Sent"})
        people = list(clients.clients().filter(kind="person").order_by("code")[:3])
        letters = [letter for number, row in enumerate(people) for letter in _letters(row, number, today)]
        letters += _unknown(today)
        with act("mailbox.file"):
            source = MailSource(None, manager, {HOME: manager})
            file_mails([ReceivedMail(letter, len(letter)) for letter in letters], source)


def _letters(client: Any, number: int, today: date) -> list[bytes]:
    """Return a question of a client, the answer, and thanks."""
    address = f"client{number + 1}@mail.example.com"
    perform("clients.add_contact", {"client": client.pk, "kind": "mail", "value": address})
    first, second, third = (f"demo{number}{sign}@mail.example.com" for sign in "abc")
    day = today - timedelta(days=6 - number)
    return [
        _mail(
            address,
            client.name,
            HOME,
            "想了解上月的费用",
            "您好，上月对账单里的服务费是怎么算的？能否发一份明细？",
            day,
            10,
            first,
        ),
        _mail(
            HOME,
            "林晓",
            address,
            "回复：想了解上月的费用",
            "您好，明细见附件，按日均资产乘以约定费率再按天折算。如有疑问随时联系我。",
            day,
            14,
            second,
            (first,),
            "费用明细.pdf",
        ),
        _mail(
            address,
            client.name,
            HOME,
            "Re: 回复：想了解上月的费用",
            "收到，谢谢。下周三下午我有空，可以电话聊聊到期的资金。",
            day + timedelta(days=1),
            9,
            third,
            (first, second),
            "截图.exe",
        ),
    ]


def _unknown(today: date) -> list[bytes]:
    """Return mails with unknown addresses, and one with two clients."""
    two = "client1@mail.example.com, client2@mail.example.com"
    return [
        _mail(
            "new.person@example.org",
            "赵先生",
            HOME,
            "朋友介绍，想咨询开户",
            "您好，朋友推荐了您。请问开户需要准备什么？",
            today - timedelta(days=1),
            11,
            "demo-u1@example.org",
        ),
        _mail(
            "client1.office@example.net",
            "助理小陈",
            HOME,
            "代为转达：明天的会议改到三点",
            "老板请您把明天的会议改到下午三点。",
            today - timedelta(days=1),
            16,
            "demo-u2@example.net",
        ),
        _mail(
            "partner@example.org",
            "合作方",
            f"{HOME}, {two}",
            "活动名单",
            "请核对两位贵宾的出席情况。",
            today - timedelta(days=2),
            9,
            "demo-u3@example.org",
        ),
    ]


def _mail(
    sender: str,
    name: str,
    to: str,
    subject: str,
    text: str,
    day: date,
    hour: int,
    number: str,
    answers: tuple[str, ...] = (),
    file: str = "",
) -> bytes:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = f"{name} <{sender}>", to, subject
    made["Date"] = format_datetime(datetime.combine(day, time(hour, 12), clock.zone()))
    made["Message-ID"] = f"<{number}>"
    if answers:
        made["In-Reply-To"], made["References"] = f"<{answers[-1]}>", " ".join(f"<{one}>" for one in answers)
    made.set_content(text)
    if file:
        content = REPORT if file.endswith("pdf") else b"MZ\x90 demonstration"
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=file)
    return made.as_bytes()

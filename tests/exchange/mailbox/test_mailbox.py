"""Mails of a mailbox are filed under their clients: none is lost, none filed twice, none shown to other users."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from dakehu.domains.service.models import Attachment, Mail, MailCandidate, SetAsideMail
from dakehu.exchange.mailbox import runs
from dakehu.exchange.mailbox.jobs import _pull_all
from dakehu.exchange.mailbox.models import Mailbox, MailRun
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.files import store as files
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.schema.nightly import Night
from dakehu.interfaces.cli.commands import mail as mail_command
from dakehu.interfaces.cli.main import parse_command_line
from tests.cast import acting, as_system
from tests.exchange.mailbox.imap_server import PASSWORD, USER, deliver, imap_server, signed_in, start_anew
from tests.exchange.mailbox.mails import mail
from tests.smtp_server import Inbox, certificate, running

ZHANG, LIN, BOX = "zhang.san@example.com", "lin@dakehu.example", "Clients"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with imap_server() as number:
        yield number


@pytest.fixture
def box(port: int, lin: Any, zhang: Any) -> Any:
    """Return Lin's mailbox, switched on; Zhang's address is recorded."""
    with acting(lin):
        perform("clients.add_contact", {"client": zhang.pk, "kind": "mail", "value": "Zhang.San@Example.com"})
        row = perform("mailbox.add", values(port))
    with as_system():
        perform("mailbox.switch_on", {"mailbox": row.pk})
    start_anew(port, folder=BOX)
    row.refresh_from_db()
    return row


def values(port: int, **others: Any) -> dict[str, Any]:
    return {
        "name": "林晓的邮箱",
        "address": LIN,
        "host": "127.0.0.1",
        "port": port,
        "protection": "none",
        "username": USER,
        "password": PASSWORD,
        "folders": BOX,
        "since": "2020-01-01",
        **others,
    }


def pull(row: Any) -> dict[str, Any]:
    with as_system():
        return runs.pull(Mailbox.objects.get(pk=row.pk))


def mails_of(client: Any) -> list[Any]:
    with as_system():
        return list(Mail.objects.filter(client=client).order_by("sent_at", "pk"))


@pytest.mark.postgres
def test_mails_are_filed_once_and_a_second_run_changes_nothing_there_or_here(port: int, box: Any, zhang: Any) -> None:
    deliver(
        port,
        mail(f"张三 <{ZHANG.upper()}>", LIN, "转账", "周一前请确认。", number="1"),
        mail(LIN, ZHANG, "Re: 转账", "已确认。", number="2", answers=("1",)),
        mail("stranger@example.net", LIN, "广告", number="3"),
        mail(LIN, LIN, "备忘", number="4"),
        mail(ZHANG, LIN, "转账", "周一前请确认。", number="1"),
        folder=BOX,
    )
    first = pull(box)
    assert {name: first[name] for name in ("seen", "filed", "duplicate", "internal", "aside")} == {
        "seen": 5,
        "filed": 2,
        "duplicate": 1,
        "internal": 1,
        "aside": 1,
    }
    assert first["reasons"] == {"unknown": 1}
    received, sent = mails_of(zhang)
    assert (received.direction, sent.direction) == ("in", "out")
    assert received.thread == sent.thread == "1@mail.example"
    assert received.sender == "张三 <z***n@example.com>" and ZHANG not in sent.recipients
    with signed_in(port) as client:
        client.select_folder(BOX)
        assert len(client.search("UNSEEN")) == 5
    again = pull(box)
    assert again["seen"] == 0 and len(mails_of(zhang)) == 2 and MailRun.objects.count() == 1


def test_a_killed_run_has_written_nothing_and_a_renumbered_folder_brings_nothing_twice(
    port: int, box: Any, zhang: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = [mail(ZHANG, LIN, f"第 {n} 封", number=f"n{n}") for n in range(3)]
    deliver(port, *letters, folder=BOX)
    true_save, count = Mail.save, iter(range(9))

    def die_at_the_second(self: Any, *args: Any, **options: Any) -> None:
        if next(count) == 1:
            raise KeyboardInterrupt
        true_save(self, *args, **options)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Mail, "save", die_at_the_second)
        pull(box)
    assert mails_of(zhang) == [] and Mailbox.objects.get(pk=box.pk).places == {}
    assert pull(box)["filed"] == 3
    start_anew(port, *letters, mail(ZHANG, LIN, "新的", number="n9"), folder=BOX)
    report = pull(box)
    assert (report["seen"], report["duplicate"], report["filed"]) == (4, 3, 1)
    assert "重新编号" in report["notes"][0]["zh"]
    assert len(mails_of(zhang)) == 4


def test_files_are_kept_by_type_and_refused_ones_are_named(port: int, box: Any, zhang: Any, lin: Any) -> None:
    pdf, program = b"%PDF-1.7 statement", b"MZ\x90\x00program"
    deliver(
        port,
        mail(
            ZHANG,
            LIN,
            number="f1",
            files=(("对账单.pdf", pdf), ("run.exe", program), ("假.pdf", b"\x89PNG\r\n\x1a\n...")),
        ),
        mail(ZHANG, LIN, "又一封", number="f2", files=(("对账单.pdf", pdf),)),
        folder=BOX,
    )
    pull(box)
    first, second = mails_of(zhang)
    kept = [one for one in first.files if one["attachment"]]
    assert [one["name"] for one in kept] == ["对账单.pdf"]
    assert {one["name"] for one in first.files if not one["attachment"]} == {"run.exe", "假.pdf"}
    assert all(one["zh"] and one["en"] for one in first.files if not one["attachment"])
    assert second.files[0]["attachment"] == kept[0]["attachment"]
    with as_system():
        row = Attachment.objects.get(pk=kept[0]["attachment"])
        stored = files._path(row.file_key).read_bytes()
    assert files.content_of(row.file_key).whole() == pdf and pdf not in stored
    with acting(lin):
        shown = [one for one in ask("service.timeline", {"client": zhang.pk}) if one["what"] == "mail"]
        assert len(shown) == 2 and any(line["why"] for one in shown for line in one["files"])
        assert perform("service.open_mail_source", {"client_mail": first.pk})["content"].whole().startswith(b"From:")


@pytest.mark.postgres
def test_nobody_is_told_of_a_mail_with_the_client_of_another(
    port: int, box: Any, lin: Any, wang: Any, zhang: Any, qian: Any
) -> None:
    with acting(wang):
        perform("clients.add_contact", {"client": qian.pk, "kind": "mail", "value": "qian@example.com"})
    deliver(
        port,
        mail("qian@example.com", LIN, "发错了人", number="w1"),
        mail(ZHANG, f"{LIN}, qian@example.com", "两位", number="w2"),
        folder=BOX,
    )
    report = pull(box)
    assert report["filed"] == 0 and report["reasons"] == {"out_of_reach": 1, "several": 1}
    with acting(lin):
        shown = {one["subject"]: one for one in ask("service.set_aside_mails", {})}
        assert shown["发错了人"]["reason"] == "unknown" and shown["发错了人"]["clients"] == []
        assert [one["id"] for one in shown["两位"]["clients"]] == [zhang.pk]
        detail = ask("mailbox.detail", {"mailbox": box.pk})
        assert [line["count"] for line in detail["runs"][0]["reasons"]] == [1, 1]
        with pytest.raises(Refused):
            perform("service.file_set_aside", {"set_aside": shown["两位"]["id"], "client": qian.pk})
        perform("service.file_set_aside", {"set_aside": shown["两位"]["id"], "client": zhang.pk})
    with acting(wang):
        assert ask("service.set_aside_mails", {}) == []
        assert list(Mail.objects.all()) == []
        with pytest.raises(NotFound):
            perform("service.open_set_aside", {"set_aside": shown["发错了人"]["id"]})
        with pytest.raises(NotFound):
            ask("mailbox.detail", {"mailbox": box.pk})


def test_the_firms_mailbox_files_to_everybody_and_hides_what_the_sorter_may_not_see(
    port: int, box: Any, admin: Any, zhou: Any, qian: Any, wang: Any, zhang: Any
) -> None:
    with acting(wang):
        perform("clients.add_contact", {"client": qian.pk, "kind": "mail", "value": "qian@example.com"})
    with acting(admin):
        firm = perform("mailbox.add", values(port, name="客服邮箱", address="service@dakehu.example"))
        perform("mailbox.switch_on", {"mailbox": firm.pk})
    deliver(
        port,
        mail("qian@example.com", "service@dakehu.example", "来信", number="s1"),
        mail("qian@example.com", f"service@dakehu.example, {ZHANG}", "两队", number="s2"),
        mail("new@example.net", "service@dakehu.example", "开户", number="s3"),
        folder=BOX,
    )
    assert pull(firm)["filed"] == 1 and len(mails_of(qian)) == 1
    with acting(zhou):
        assert [one["subject"] for one in ask("service.set_aside_mails", {})] == ["开户"]
    with acting(wang):
        assert ask("service.set_aside_mails", {}) == []
    own = pull(box)  # Lin's own mailbox: the first is a duplicate, the others are set aside for her too
    assert (own["duplicate"], own["aside"]) == (1, 2)
    with as_system():
        assert SetAsideMail.objects.filter(owner=box.owner).count() == 2


def test_a_forwarded_mail_is_filed_as_the_original_and_one_of_a_couple_to_both(
    port: int, box: Any, lin: Any, zhang: Any
) -> None:
    with acting(lin):
        wife = perform("clients.create", {"name": "李四", "code": "C0003", "mail": "li.si@example.com"})
    text = (
        "请归档。\n\n---------- Forwarded message ---------\n发件人: 张三 <{}>\nDate: 2026年11月26日 周四 09:30\n"
        "Subject: 提前赎回\nTo: <{}>\n\n我想提前赎回。"
    )
    deliver(
        port,
        mail(LIN, "archive@dakehu.example", "Fwd: 提前赎回", text.format(ZHANG, LIN), number="o1"),
        mail(ZHANG, f"{LIN}, Li.Si@example.com", "家庭账户", number="b1"),
        folder=BOX,
    )
    report = pull(box)
    assert (report["filed"], report["copies"]) == (2, 3)
    filed, couple = mails_of(zhang)
    assert (filed.direction, filed.forwarded, filed.subject, filed.text) == ("in", True, "提前赎回", "我想提前赎回。")
    assert filed.sent_at.isoformat() == "2026-11-26T01:30:00+00:00"
    assert [row.subject for row in mails_of(wife)] == [couple.subject] == ["家庭账户"]


def test_an_undone_run_leaves_nothing_and_the_night_waits_for_a_person(
    port: int, box: Any, lin: Any, zhang: Any
) -> None:
    deliver(
        port,
        mail(LIN, ZHANG, "月报", number="u1", files=(("月报.pdf", b"%PDF-1.7 u"),)),
        mail("x@example.net", LIN, number="u2"),
        folder=BOX,
    )
    pull(box)
    with acting(lin):
        run = ask("mailbox.detail", {"mailbox": box.pk})["runs"][0]
        assert run["may_undo"]
        perform("mailbox.undo_run", {"mail_run": run["id"]})
        assert ask("mailbox.detail", {"mailbox": box.pk})["runs"][0]["state"] == "undone"
    with as_system():
        assert not Mail.objects.exists() and not SetAsideMail.objects.exists() and not Attachment.objects.exists()
        night = _pull_all(Night(clock.today(), Path(), no_progress))
        assert night["waiting"] == ["林晓的邮箱"] and not Mail.objects.exists()
    assert pull(box)["filed"] == 1


def test_what_was_set_aside_is_filed_by_hand_and_goes_with_its_client(
    port: int, box: Any, lin: Any, zhang: Any
) -> None:
    deliver(
        port,
        mail("z.private@example.org", LIN, "私人邮箱", number="h1"),
        mail("ads@example.net", LIN, "广告", number="h2"),
        folder=BOX,
    )
    pull(box)
    with acting(lin):
        lines = {one["subject"]: one["id"] for one in ask("service.set_aside_mails", {})}
        opened = perform("service.open_set_aside", {"set_aside": lines["私人邮箱"]})
        assert opened["sender"] == "z.private@example.org" and "请尽快联系我" in opened["text"]
        perform("service.file_set_aside", {"set_aside": lines["私人邮箱"], "client": zhang.pk, "remember": True})
        perform("service.dismiss_set_aside", {"set_aside": lines["广告"]})
        assert ask("service.set_aside_mails", {}) == []
    deliver(port, mail("Z.Private@example.org", LIN, "再来一封", number="h3"), folder=BOX)
    assert pull(box)["filed"] == 1 and len(mails_of(zhang)) == 2
    with acting(lin):
        perform("mailbox.change", {"mailbox": box.pk, "max_mb": 1})
    deliver(
        port,
        mail(ZHANG, LIN, "大附件", number="t1", files=(("a.pdf", b"%PDF-1.7 " + b"x" * (1 << 20)),)),
        b"no headers at all",
        folder=BOX,
    )
    assert pull(box)["reasons"] == {"too_large": 1, "unreadable": 1}
    with acting(lin):
        for one in ask("service.set_aside_mails", {}):
            perform("service.file_set_aside", {"set_aside": one["id"], "client": zhang.pk})
    first, second = sorted(mails_of(zhang), key=lambda row: row.pk, reverse=True)[:2]
    assert first.subject == "大附件" and "附件留在邮箱里" in first.notes[-1][0] and first.files == []
    assert second.files[0]["attachment"] is not None
    deliver(port, mail(ZHANG, LIN, "大", number="t2", files=(("b.pdf", b"%PDF-1.7 " + b"y" * (1 << 20)),)), folder=BOX)
    assert pull(box)["reasons"] == {"too_large": 1}
    with as_system(), act("test.erase"):
        zhang.delete()
    with as_system():
        assert not Mail.objects.exists() and not MailCandidate.objects.exists()
        _pull_all(Night(clock.today(), Path(), no_progress))
        assert not SetAsideMail.objects.filter(state="waiting").exists()
        assert not StoredFile.objects.filter(name__startswith="mail-", expires_at=None).exists()


def test_a_mailbox_that_is_off_or_refuses_says_why_and_keeps_its_secret(
    port: int, box: Any, lin: Any, wang: Any, admin: Any
) -> None:
    with acting(lin):
        perform("mailbox.replace_password", {"mailbox": box.pk, "password": "Not-the-one-1"})
    with pytest.raises(Refused) as refused:
        pull(box)
    assert "授权码" in str(refused.value) and "Not-the-one-1" not in str(refused.value)
    assert MailRun.objects.get().state == "failed"
    with acting(lin):
        perform("mailbox.change", {"mailbox": box.pk, "host": "localhost"})
        with pytest.raises(NotAllowed):
            perform("mailbox.switch_on", {"mailbox": box.pk})
        with pytest.raises(Refused, match="TLS"):
            perform("mailbox.change", {"mailbox": box.pk, "host": "imap.example.com"})
    with pytest.raises(Refused, match="没有启用"):
        pull(box)
    with acting(wang), pytest.raises(NotFound):
        perform("mailbox.switch_off", {"mailbox": box.pk})
    with acting(admin):
        assert PASSWORD not in str(ask("mailbox.detail", {"mailbox": box.pk}))


def test_the_command_reads_every_mailbox_and_says_what_became_of_the_mails(
    port: int, box: Any, zhang: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(port, mail(ZHANG, LIN, number="c1"), mail("x@example.net", LIN, number="c2"), folder=BOX)
    line = parse_command_line(["mail", "pull", "--json"])
    with as_system():
        assert mail_command.pull_mail(line) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["seen"], said["filed"], said["aside"]) == (2, 1, 1)
    assert said["mailboxes"][0]["reasons"] == {"unknown": 1} and said["mailboxes"][0]["batches"]


def test_two_clients_with_the_same_mail_are_merged_into_one_with_one_mail(
    port: int, box: Any, lin: Any, zhang: Any
) -> None:
    with acting(lin):
        twice = perform("clients.create", {"name": "张三", "code": "C0009", "mail": "z3@example.com", "anyway": True})
    deliver(port, mail(ZHANG, f"{LIN}, z3@example.com", "同一人", number="m1"), folder=BOX)
    assert pull(box)["copies"] == 2
    with acting(lin):
        perform("clients.merge", {"client": zhang.pk, "other": twice.pk})
    assert [row.subject for row in mails_of(zhang)] == ["同一人"]


def test_a_server_without_a_trusted_certificate_is_not_given_the_password(tmp_path: Path) -> None:
    from dakehu.exchange.mailbox import imap

    with imap_server(certificate(tmp_path)[:2]) as number:
        account = imap.ImapAccount("localhost", number, "starttls", USER, PASSWORD)
        with pytest.raises(Refused, match="证书"), imap.open_mailbox(account, "林晓的邮箱"):
            pass
    assert PASSWORD not in repr(account)


def test_a_mail_that_left_over_smtp_and_its_answer_stand_in_one_thread(
    port: int, box: Any, lin: Any, zhang: Any
) -> None:
    inbox = Inbox()
    with running(inbox) as smtp, freeze_time("2026-11-27T02:00:00Z", ignore=["aiosmtpd", "asyncio", "imapclient"]):
        with as_system():
            server = {"mail_host": "localhost", "mail_port": smtp, "mail_security": "none", "mail_on": True}
            perform("service.change_message_settings", {**server, "sender_address": "desk@dakehu.example"})
        with acting(lin):
            first = perform("service.send_mail", {"client": zhang.pk, "subject": "月报", "text": "请查收。"})
        jobs.run_due_jobs()
        (taken,) = inbox.mails
        assert taken["Message-ID"] == f"<{first.message_id}>" and taken["To"] == ZHANG
        answer = mail(ZHANG, LIN, "Re: 月报", "收到。", number="r1", In_Reply_To=str(taken["Message-ID"]))
        deliver(port, answer, folder=BOX)
        assert pull(box)["filed"] == 1
        received = mails_of(zhang)[-1]
        with acting(lin):
            values = {"client": zhang.pk, "subject": "Re: 月报", "text": "谢谢。", "client_mail": received.pk}
            second = perform("service.send_mail", values)
        jobs.run_due_jobs()
    assert inbox.mails[1]["In-Reply-To"] == "<r1@mail.example>"
    assert str(inbox.mails[1]["References"]).split() == [f"<{first.message_id}>", "<r1@mail.example>"]
    assert received.thread == first.thread == second.thread
    with acting(lin):
        states = [
            one["delivery"]["state"] for one in ask("service.timeline", {"client": zhang.pk}) if one.get("delivery")
        ]
    assert states == ["accepted", "accepted"]

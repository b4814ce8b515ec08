"""Reports of mail servers on messages that the desk sent, and their effect on the log."""

import pytest

from dakehu.domains.service.deliveries import outbox
from dakehu.domains.service.mail.bounces import DeliveryStatus, read_delivery_status
from dakehu.domains.service.mail.intake import MailSource, ReceivedMail, file_mails
from dakehu.domains.service.models import Delivery
from dakehu.foundation.actions.registry import act
from tests.cast import acting, as_system

ID = "<abc@dakehu.example>"


def report(
    action="failed", *, kind="multipart/report; report-type=delivery-status", returned="message/rfc822", blocks=1
):
    """A server's report in the form of RFC 3464."""
    recipients = "".join(
        f"Final-Recipient: rfc822; zhang{number}@example.com\r\nAction: {action if number == blocks - 1 else 'delivered'}\r\n"
        "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        for number in range(blocks)
    )
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: desk@dakehu.example\r\nSubject: Undelivered\r\n"
        f'MIME-Version: 1.0\r\nContent-Type: {kind}; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n{recipients}"
        f"--b\r\nContent-Type: {returned}\r\n\r\nMessage-ID: {ID}\r\nSubject: x\r\nFrom: desk@dakehu.example\r\n\r\nText\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("content", "arrived"),
    [
        (report(), False),
        (report("delivered"), True),
        (report(returned="text/rfc822-headers"), False),
        (report(blocks=2), False),  # one arrived, one failed
        (report("Failed"), False),
    ],
)
def test_a_report_says_which_message_and_whether_it_arrived(content, arrived):
    assert read_delivery_status(content) == DeliveryStatus(ID, arrived, "550 5.1.1 no such user")


@pytest.mark.parametrize(
    "content",
    [
        report("delayed"),
        report(kind="multipart/mixed"),
        report(kind="multipart/report; report-type=disposition-notification"),
        b"From: a@example.com\r\nSubject: Undelivered\r\n\r\nI was not at home.",
        report()[:300],
        b"",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status",
    ],
)
def test_any_other_mail_says_nothing_final(content):
    assert read_delivery_status(content) is None


@pytest.mark.django_db
def test_a_report_in_a_mailbox_marks_the_delivery_and_is_no_mail_of_a_client(lin, zhang):
    with as_system():
        number = outbox.queue(
            channel="mail",
            address="zhang@example.com",
            subject="回访",
            text="您好",
            key="k",
            kind="notice",
            recipient=lin.pk,
        )
        with act("test.sent"):
            row = Delivery.objects.get(pk=number)
            row.state = "accepted"
            row.save()
    own = report().replace(ID.encode(), row.message_id.encode())
    mails = [ReceivedMail(content, len(content)) for content in (own, own, report())]
    with acting(lin), act("test.file"):
        done = file_mails(mails, MailSource(None, lin, {"lin@dakehu.example": lin}))
    assert (done.seen, done.returned, done.aside) == (3, 2, 1), (
        "a report about what the desk never sent waits for a person"
    )
    with as_system():
        row.refresh_from_db()
        assert row.state == "bounced" and row.answer == "550 5.1.1 no such user"

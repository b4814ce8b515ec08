"""Message states with a real mail server: accepted, refused, deferred, unknown, and server unreachable."""

from datetime import datetime, timedelta

import pytest
from django.db import models
from freezegun import freeze_time

from dakehu.domains.service.deliveries import handover, outbox, sending
from dakehu.domains.service.models import Delivery, MessageSettings
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.models import Job
from tests.cast import acting, as_system
from tests.smtp_server import Inbox, free_port, running

pytestmark = pytest.mark.django_db

NOON = clock.at_local(datetime(2026, 11, 30, 12, 0))


@pytest.fixture(scope="module")
def server():
    inbox = Inbox()
    with running(inbox) as port:
        inbox.port = port
        yield inbox


@pytest.fixture
def inbox(server, db):
    server.mails.clear()
    server.answers.clear()
    switch_on(server.port)
    return server


def switch_on(port, **more):
    with as_system(), act("test.settings"):
        row = MessageSettings.objects.first() or MessageSettings()
        facts = {"mail_on": True, "mail_host": "localhost", "mail_port": port, "mail_security": "none"}
        for name, value in {**facts, "sender_address": "desk@example.com", **more}.items():
            setattr(row, name, value)
        row.save()


def queue(user, key, *, kind="notice", client=None, address="lin@example.com"):
    to_staff = client is None
    with acting(user):
        return outbox.queue(
            channel="mail",
            address=address,
            subject="提醒",
            text="今天有 3 项跟进到期。\n.单独的点",
            key=key,
            kind=kind,
            recipient=user.pk if to_staff else None,
            client=client.pk if client is not None else None,
        )


def send(at=NOON):
    with freeze_time(at, ignore=["aiosmtpd", "asyncio"]):
        jobs.run_due_jobs("worker-1-1")


def stored(number):
    with as_system():
        return Delivery.objects.get(pk=number)


def steps(number):
    return [one["state"] for one in stored(number).history]


@pytest.mark.postgres
def test_a_notice_is_handed_over_once_with_its_message_id(lin, inbox):
    number = queue(lin, "notice:1")
    jobs.run_due_jobs()
    jobs.run_due_jobs()
    (mail,) = inbox.mails
    row = stored(number)
    assert mail["Message-ID"] == row.message_id and mail["Subject"] == "提醒"
    assert "\n.单独的点" in mail.get_content()
    assert row.state == "accepted" and row.sent_at is not None and row.answer.startswith("250")


def test_a_mailbox_that_does_not_exist_fails_for_good_without_naming_it(lin, inbox):
    number = queue(lin, "notice:1", address="nobody@example.com")
    jobs.run_due_jobs()
    row = stored(number)
    assert row.state == "failed_final" and "550" in row.answer and "nobody@" not in row.answer


def test_a_busy_server_is_asked_again_later_and_given_up_in_the_end(lin, inbox):
    inbox.answers[:] = ["451 later"]
    number = queue(lin, "notice:1")
    jobs.run_due_jobs()
    row = stored(number)
    assert (row.state, row.attempts) == ("failed_temporary", 1) and row.due_at > clock.now()
    with as_system(), act("test.later"):
        row.due_at, row.attempts = clock.now(), 23
        row.save()
        outbox.start_sending(clock.now())
    inbox.answers[:] = ["451 later"]
    jobs.run_due_jobs()
    assert stored(number).state == "failed_final"


def test_a_notice_whose_answer_never_came_goes_again_with_the_same_message_id(lin, inbox):
    inbox.answers[:] = ["drop"]
    number = queue(lin, "notice:1")
    jobs.run_due_jobs()
    assert inbox.ids() == [stored(number).message_id] * 2
    assert steps(number) == ["queued", "sending", "unknown", "sending", "accepted"]
    assert stored(number).was_unknown == 1 and "已再次发送" in stored(number).history[3]["zh"]


def test_a_text_to_a_client_whose_answer_never_came_waits_for_a_person(lin, zhou, zhang, inbox):
    inbox.answers[:] = ["drop"]
    number = noon_mail(lin, zhang)
    assert len(inbox.mails) == 1 and stored(number).state == "unknown"
    with acting(zhou), freeze_time(NOON):
        perform("service.send_again", {"delivery": number})
    send(NOON + timedelta(minutes=1))
    assert inbox.ids() == [stored(number).message_id] * 2 and stored(number).state == "accepted"


def noon_mail(lin, client, at=NOON, kind="client_mail"):
    with freeze_time(at):
        number = queue(lin, f"{kind}:1", kind=kind, client=client, address="zhang@example.com")
        jobs.run_due_jobs()
    return number


def test_a_worker_that_dies_while_handing_over_leaves_it_unknown(lin, zhang, inbox):
    with freeze_time(NOON):
        notice = queue(lin, "notice:1")
        reply = queue(lin, "reply:1", kind="client_mail", client=zhang, address="zhang@example.com")
        with as_system():
            while handover.claim_delivery(worker="gone-host-1-1", channels=("mail",)) is not None:
                pass
            assert handover.settle_lost_deliveries(worker="other") == 0
    send(NOON + timedelta(hours=1))
    assert stored(notice).state == "accepted" and stored(notice).was_unknown == 1
    assert stored(reply).state == "unknown"


def test_an_answer_that_comes_late_counts(lin, inbox):
    number = queue(lin, "notice:1")
    with as_system():
        handover.claim_delivery(worker="slow-1-1", channels=("mail",))
        handover.settle_lost_deliveries(worker="slow-1-1")
        outcome = sending.Outcome(sending.Result.ACCEPTED, "250")
        assert handover.settle_delivery(delivery=number, worker="slow-1-1", outcome=outcome) == "accepted"


def test_a_server_that_is_away_costs_no_attempt_and_is_named(lin, inbox):
    switch_on(free_port())
    number = queue(lin, "notice:1")
    jobs.run_due_jobs()
    row, settings = stored(number), MessageSettings.objects.get()
    assert (row.state, row.attempts) == ("queued", 0)
    assert settings.failing_since is not None and "连不上邮件服务器" in settings.failure
    switch_on(inbox.port)
    models.QuerySet(Job).filter(kind=outbox.SEND, state="queued").update(not_before=clock.now())
    jobs.run_due_jobs()
    assert stored(number).state == "accepted" and MessageSettings.objects.get().failing_since is None


def test_mail_waits_while_it_is_switched_off_and_the_worker_finds_it_afterwards(lin, inbox):
    switch_on(inbox.port, mail_on=False)
    number = queue(lin, "notice:1")
    jobs.run_due_jobs()
    assert stored(number).state == "queued" and inbox.mails == []
    switch_on(inbox.port)
    with as_system():
        sending.send_if_due()
    jobs.run_due_jobs()
    assert stored(number).state == "accepted"


def test_a_campaign_to_a_client_who_did_not_agree_is_held_back_by_name(lin, zhang, inbox):
    number = noon_mail(lin, zhang, kind="campaign")
    assert (stored(number).state, stored(number).rule) == ("suppressed", "no_consent") and inbox.mails == []


def test_what_a_person_wrote_at_night_waits_for_the_morning(lin, zhang, inbox):
    number = noon_mail(lin, zhang, at=clock.at_local(datetime(2026, 11, 30, 22, 0)))
    row = stored(number)
    assert (row.state, row.rule) == ("held", "quiet_hours")
    assert clock.local(row.due_at) == clock.at_local(datetime(2026, 12, 1, 9, 0))
    send(clock.at_local(datetime(2026, 12, 1, 9, 1)))
    assert stored(number).state == "accepted"

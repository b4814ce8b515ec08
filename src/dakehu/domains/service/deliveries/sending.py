"""The job that sends: one delivery at a time, in slices, so that other jobs of the worker can run."""

import time
from datetime import timedelta
from typing import Any

from dakehu.domains.service.deliveries import handover
from dakehu.domains.service.deliveries.handover import Claimed
from dakehu.domains.service.deliveries.kinds import WAITING, DeliveryChannel
from dakehu.domains.service.deliveries.outbox import SEND, start_sending
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.service.models import Delivery, MessageSettings
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.database.lock_timeout import Busy
from dakehu.foundation.jobs.due_checks import declare_due_check
from dakehu.foundation.jobs.queue import job, worker_name
from dakehu.foundation.messages import chat
from dakehu.foundation.messages.mail import MailServer, MailSession, Outgoing
from dakehu.foundation.messages.outcome import Outcome, Result, Unreachable

SLICE = timedelta(seconds=20)  # how long one job sends before other jobs have their turn
RETRY = timedelta(seconds=20)  # until an unreachable mail server is tried again
SETTLE_TRIES = 6  # while the database is busy
MAIL, CHAT = DeliveryChannel.MAIL.value, DeliveryChannel.CHAT.value


@job(SEND)
def send_deliveries(progress: Any) -> dict[str, int]:
    """Send what is due by every active channel; return the number of attempts by outcome.

    An unreachable mail server costs no attempt: nothing is claimed until a session is open.
    """
    worker, counts = worker_name(), dict[str, int]()
    if handover.has_lost_deliveries(worker):
        counts["lost"] = handover.settle_lost_deliveries(worker=worker)
    until = time.monotonic() + SLICE.total_seconds()
    _send_chat(worker, until, counts)
    is_away = _send_mail(worker, until, counts)
    _plan_next(is_away)
    return counts


def mail_server(settings: MessageSettings) -> MailServer:
    """Return the mail server of the settings. Opens its password: call inside an action of the desk."""
    return MailServer(
        host=settings.mail_host,
        port=settings.mail_port,
        security=str(settings.mail_security),
        user=settings.mail_user,
        password=settings.mail_password.open() if settings.mail_password else "",
        authority=settings.mail_authority,
    )


@action(
    "service.open_mail_settings",
    needs=Permission.SYSTEM_WRITE,
    zh="读取邮件设置",
    en="Read the settings of mail",
    is_public=False,
    offers_undo=False,
)
def open_mail_settings() -> tuple[MailServer, str, str]:
    """Return the mail server, the sender's address and name."""
    settings = message_settings()
    return mail_server(settings), settings.sender_address, settings.sender_name or settings.sender_address


@action(
    "service.note_mail_server",
    needs=Permission.SYSTEM_WRITE,
    zh="记录邮件服务器状态",
    en="Note whether mail can be sent",
    is_public=False,
    offers_undo=False,
)
def note_mail_server(*, failure: Bilingual | None) -> None:
    """Record that the mail server is unreachable and why, or that it is reachable again."""
    settings = message_settings()
    if failure is None:
        settings.failing_since, settings.failure = None, ""
    else:
        settings.failing_since = settings.failing_since or clock.now()
        settings.failure = f"{failure.in_('zh')[:140]} / {failure.in_('en')[:150]}"
    settings.save()


def _send_mail(worker: str, until: float, counts: dict[str, int]) -> bool:
    """Send the mail that is due; return whether the server is unreachable."""
    settings = message_settings()
    if not settings.mail_on or not handover.due_deliveries(clock.now(), (MAIL,)).exists():
        return False
    server, sender, name = open_mail_settings()
    with MailSession(server) as session:
        while time.monotonic() < until:
            try:
                session.open()
            except Unreachable as away:
                if settings.failing_since is None:
                    note_mail_server(failure=away.reason)
                return True
            if settings.failing_since is not None:
                note_mail_server(failure=None)
                settings.failing_since = None
            claimed = handover.claim_delivery(worker=worker, channels=(MAIL,))
            if claimed is None:
                break
            if isinstance(claimed, Claimed):
                _record_attempt(claimed, worker, _send_by_mail(session, claimed, sender, name), counts)
    return False


def _send_by_mail(session: MailSession, claimed: Claimed, sender: str, name: str) -> Outcome:
    """Hand one mail over. One that cannot be composed, such as for an invalid address, fails permanently."""
    try:
        mail = Outgoing(
            sender=sender,
            sender_name=name,
            to=claimed.address,
            subject=claimed.subject,
            text=claimed.text,
            html=claimed.html,
            message_id=claimed.message_id,
            at=clock.local(clock.now()),
            headers=claimed.headers,
            attachments=handover.read_attachments(claimed),
        )
        return session.send(mail)
    except Unreachable as away:
        return Outcome(Result.TEMPORARY, away.reason)
    except (ValueError, IndexError, Refused) as fault:
        words = bilingual("邮件无法写成：{why}", "The mail cannot be written: {why}", why=str(fault))
        return Outcome(Result.FINAL, Bilingual(words.in_("zh"), words.in_("en")))


def _send_chat(worker: str, until: float, counts: dict[str, int]) -> None:
    """Send the chat texts that are due."""
    settings = message_settings()
    while time.monotonic() < until and handover.due_deliveries(clock.now(), (CHAT,)).exists():
        claimed = handover.claim_delivery(worker=worker, channels=(CHAT,))
        if claimed is None:
            break
        if isinstance(claimed, Claimed):
            _record_attempt(claimed, worker, _send_by_chat(claimed, settings), counts)


def _send_by_chat(claimed: Claimed, settings: MessageSettings) -> Outcome:
    try:
        address = chat.read_address(claimed.address, names(settings.chat_hosts), names(settings.chat_services))
    except Refused as fault:
        (words,) = fault.messages["address"]
        return Outcome(Result.FINAL, words)
    return chat.send(address, claimed.subject, claimed.text)


def names(text: str) -> list[str]:
    """Return the names in a text with commas."""
    return [one.strip() for one in text.replace("，", ",").split(",") if one.strip()]


def _record_attempt(claimed: Claimed, worker: str, outcome: Outcome, counts: dict[str, int]) -> None:
    """Record an attempt; a busy database is retried, since the message cannot be recalled."""
    for tried in range(SETTLE_TRIES):
        try:
            handover.settle_delivery(delivery=claimed.id, worker=worker, outcome=outcome)
            break
        except Busy:
            if tried == SETTLE_TRIES - 1:
                raise
    counts[outcome.result] = counts.get(outcome.result, 0) + 1


def _plan_next(is_away: bool) -> None:
    """Start the job again: immediately if something is due, else when the next delivery is."""
    channels = (CHAT, MAIL) if message_settings().mail_on else (CHAT,)
    rows = Delivery.objects.filter(state__in=WAITING, channel__in=channels).order_by("due_at")
    first = rows.values_list("due_at", flat=True).first()
    if first is not None:
        now = clock.now()
        start_sending(now + RETRY if is_away and first <= now else max(first, now))


def send_if_due() -> None:
    """Start the job if something is due or was left by a crashed worker; the worker checks once a minute."""
    channels = (CHAT, MAIL) if message_settings().mail_on else (CHAT,)
    if handover.due_deliveries(clock.now(), channels).exists() or handover.has_lost_deliveries(worker_name()):
        start_sending(clock.now())


declare_due_check(SEND, send_if_due)

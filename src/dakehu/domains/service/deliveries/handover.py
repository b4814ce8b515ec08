"""The steps of one delivery, each a separate action: claimed before it is handed over, settled after, so that a worker
that crashes in between leaves a delivery that is logged with unknown arrival.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from dakehu.domains.compliance.wording import reviews
from dakehu.domains.service.deliveries import client_text, insertions, rules
from dakehu.domains.service.deliveries.client_rules import Refusal, refusal_by
from dakehu.domains.service.deliveries.kinds import WAITING, DeliveryState
from dakehu.domains.service.deliveries.leases import LEASE, is_lost
from dakehu.domains.service.deliveries.masks import without_addresses
from dakehu.domains.service.deliveries.outbox import step
from dakehu.domains.service.deliveries.permission_to_send import may_send
from dakehu.domains.service.deliveries.quiet import end_of_quiet
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.service.deliveries.unread import is_still_unread, is_working_here
from dakehu.domains.service.models import Delivery
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.messages.outcome import Outcome, Result

REVIEWED_WITHIN = timedelta(hours=4)  # checked again after this without a decision; a decision checks immediately
STALE = timedelta(minutes=10)  # after which a notice may have been read in the desk
SENT_AGAIN = bilingual("结果不明，已再次发送", "Unknown, sent again")
NOBODY_KNOWS = bilingual("发送中断：不知道对方是否已收到", "Broken off while sending: nobody knows whether it arrived")
ASKS_A_PERSON = bilingual("结果不明：请人工核实后再决定是否重发", "Unknown: a person decides whether it is sent again")
WAITS = bilingual("遇免打扰时间，改期发送", "Waits for the end of the quiet hours")
LATE_ANSWER = bilingual("迟到的答复：已送出", "Answered late: accepted")
GIVEN_UP = bilingual("多次尝试未成功，不再重试", "Given up after many attempts")


@dataclass(frozen=True)
class Claimed:
    """A delivery to be handed over now, opened."""

    id: int
    channel: str
    kind: str
    address: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: dict[str, str]
    attachments: list[list[str]]


def due_deliveries(now: datetime, channels: tuple[str, ...]) -> Any:
    """Return the deliveries of some channels that are due, the earliest first."""
    rows = Delivery.objects.filter(state__in=WAITING, due_at__lte=now, channel__in=channels)
    return rows.order_by("due_at", "pk")


@action(
    "service.claim_delivery",
    needs=Permission.SYSTEM_WRITE,
    zh="取出待发",
    en="Claim a delivery",
    is_public=False,
    offers_undo=False,
)
def claim_delivery(*, worker: str, channels: tuple[str, ...]) -> Claimed | bool | None:
    """Claim the earliest due delivery for a worker. False if a rule held it back; None if nothing is due."""
    now = clock.now()
    rows = due_deliveries(now, channels)
    if transaction.get_connection().features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    row: Delivery | None = rows.first()
    if row is None:
        return None
    text = row.text.open() if row.text else ""
    refused = _refusals(row, text, now)
    if refused:
        _hold_back(row, refused, now, text)
        return False
    whole = insertions.complete_text(str(row.kind), row.key, text)
    if whole is None:
        _hold_back(row, [refusal_by("link_gone")], now, text)
        return False
    again = row.was_unknown > 0
    row.state, row.rule = DeliveryState.SENDING.value, ""
    row.leased_by, row.leased_until = worker, now + LEASE
    row.attempts += 1
    row.history = [*row.history, step(row.state, SENT_AGAIN if again else "")]
    row.save()
    return Claimed(
        row.pk,
        str(row.channel),
        str(row.kind),
        row.address.open() if row.address else "",
        row.subject.open() if row.subject else "",
        whole,
        row.html.open() if row.html else "",
        row.message_id,
        dict(row.headers),
        list(row.attachments),
    )


def _refusals(row: Delivery, text: str, now: datetime) -> list[Refusal]:
    """Return what forbids a delivery now: for staff that they left, or have read it; for clients the rules."""
    if row.recipient_id is not None:
        if not is_working_here(row.recipient_id):
            return [refusal_by("recipient_left")]
        has_waited = now - row.created_at > STALE
        is_read = has_waited and not is_still_unread(row.recipient_id, row.notices)
        return [refusal_by("read_already")] if is_read else []
    found = may_send(row.client, str(row.channel), str(row.kind)) if row.client_id else []
    return found + client_text.refusals(_all_words(row, text), str(row.kind))


def _all_words(row: Delivery, text: str) -> str:
    """Return all visible text of a delivery."""
    return client_text.words_of(row.subject.open() if row.subject else "", text, row.html.open() if row.html else "")


def _hold_back(row: Delivery, refused: list[Refusal], now: datetime, text: str) -> None:
    """Suppress a delivery by the first rule; one refused only by quiet hours waits if written by a person or tried.

    One that only lacks its review waits for the reviewer.
    """
    rules_named = [one.rule for one in refused]
    only_hours = rules_named == ["quiet_hours"]
    row.rule = refused[0].rule
    if rules_named[-1] == reviews.RULE_REVIEW and set(rules_named) <= {"quiet_hours", reviews.RULE_REVIEW}:
        reviews.request_review(_all_words(row, text), str(row.kind))
        row.rule, row.due_at = reviews.RULE_REVIEW, now + REVIEWED_WITHIN
        row.state = DeliveryState.HELD.value
        row.history = [*row.history, step(row.state, refused[-1].text)]
    elif only_hours and (row.kind == "client_mail" or row.attempts):
        settings = message_settings()
        row.due_at = end_of_quiet(clock.local(now), settings.quiet_from, settings.quiet_until)
        row.state = DeliveryState.HELD.value
        row.history = [*row.history, step(row.state, WAITS)]
    else:
        row.state = DeliveryState.SUPPRESSED.value
        row.history = [*row.history, *(step(row.state, one.text) for one in refused)]
    row.save()


@action(
    "service.settle_delivery",
    needs=Permission.SYSTEM_WRITE,
    zh="记录发送结果",
    en="Record what became of a delivery",
    is_public=False,
    offers_undo=False,
)
def settle_delivery(*, delivery: int, worker: str, outcome: Outcome) -> str:
    """Record how an attempt ended; return the state. An answer after the delivery was presumed lost is recorded too."""
    row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery)
    now = clock.now()
    is_mine = row.state == DeliveryState.SENDING and row.leased_by == worker
    if not is_mine:
        if outcome.result is Result.ACCEPTED and row.state in (*WAITING, DeliveryState.UNKNOWN):
            _record_accepted(row, outcome, LATE_ANSWER)
        return str(row.state)
    row.leased_by, row.leased_until = "", None
    row.answer = without_addresses(outcome.answer.zh if isinstance(outcome.answer, Bilingual) else outcome.answer)
    if outcome.result is Result.ACCEPTED:
        _record_accepted(row, outcome)
    elif outcome.result is Result.UNKNOWN:
        _doubt(row, outcome.answer, now)
    else:
        wait = rules.next_attempt_in(row.attempts) if outcome.result is Result.TEMPORARY else None
        row.state = (DeliveryState.FAILED_TEMPORARY if wait else DeliveryState.FAILED_FINAL).value
        row.due_at = now + wait if wait else row.due_at
        row.history = [*row.history, step(row.state, _mask_addresses(outcome.answer))]
        if outcome.result is Result.TEMPORARY and not wait:
            row.history = [*row.history, step(row.state, GIVEN_UP)]
        row.save()
    return str(row.state)


def _mask_addresses(answer: Bilingual | str) -> Bilingual | str:
    """Return an answer without addresses."""
    if isinstance(answer, Bilingual):
        return Bilingual(without_addresses(answer.in_("zh")), without_addresses(answer.in_("en")))
    return without_addresses(answer)


def _record_accepted(row: Delivery, outcome: Outcome, note: Bilingual | str = "") -> None:
    row.state, row.sent_at, row.rule = DeliveryState.ACCEPTED.value, clock.now(), ""
    row.history = [*row.history, step(row.state, note or _mask_addresses(outcome.answer))]
    row.save()


def _doubt(row: Delivery, answer: Bilingual | str, now: datetime) -> None:
    """Record that the arrival of a delivery is unknown: to staff it is sent again, for a client a person decides."""
    row.was_unknown += 1
    row.leased_by, row.leased_until, row.sent_at = "", None, now
    row.history = [*row.history, step(DeliveryState.UNKNOWN, _mask_addresses(answer) or NOBODY_KNOWS)]
    if rules.is_sent_again_when_unknown(str(row.kind)):
        row.state = DeliveryState.QUEUED.value
        row.due_at = now + (
            rules.next_attempt_in(row.attempts) or timedelta(hours=1) if row.attempts > 1 else timedelta()
        )
    else:
        row.state = DeliveryState.UNKNOWN.value
        row.history = [*row.history, step(row.state, ASKS_A_PERSON)]
    row.save()


@action(
    "service.settle_lost_deliveries",
    needs=Permission.SYSTEM_WRITE,
    zh="清理中断的发送",
    en="Settle broken-off deliveries",
    is_public=False,
    offers_undo=False,
)
def settle_lost_deliveries(*, worker: str) -> int:
    """Mark every delivery whose worker crashed while handing it over as unknown; return their number."""
    now, count = clock.now(), 0
    for row in Delivery.objects.filter(state=DeliveryState.SENDING.value).select_for_update(of=("self",)):
        if is_lost(row.leased_by, row.leased_until, now, worker):
            _doubt(row, NOBODY_KNOWS, now)
            count += 1
    return count


def has_lost_deliveries(worker: str) -> bool:
    """Return whether a worker crashed during a handover."""
    rows = Delivery.objects.filter(state=DeliveryState.SENDING.value).values_list("leased_by", "leased_until")
    return any(is_lost(who, until, clock.now(), worker) for who, until in rows)


def read_attachments(claimed: Claimed) -> list[tuple[str, str, bytes]]:
    """Return the attachments of a delivery with their contents."""
    return [(name, media, files.content_of(key).whole()) for name, media, key in claimed.attachments]

"""Reminders: every few minutes, unread notices of staff are sent as messages, according to each user's preferences.

Their only sources are the declared ones of notices (foundation/schema/notices.py).
"""

import hashlib
import logging
from datetime import timedelta
from typing import Any

from dakehu.domains.service.deliveries import outbox, reminder_rules
from dakehu.domains.service.deliveries.kinds import DeliveryChannel, DeliveryKind
from dakehu.domains.service.deliveries.preferences import preference_of
from dakehu.domains.service.deliveries.reminder_rules import Batch, Unread, Wishes
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.service.deliveries.unread import unread_notices
from dakehu.domains.service.models import MessageSettings, NoticeAddress, NoticePreference, SeenNotice
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual, in_language
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.due_checks import declare_due_check
from dakehu.foundation.jobs.queue import job

log = logging.getLogger("dakehu.jobs")
REMIND = "service.remind"  # the job
EVERY = timedelta(minutes=5)
SEEN_FOR = timedelta(days=90)  # records of notices are kept
JOBS_FOR = timedelta(days=1)
HEADERS = {"Auto-Submitted": "auto-generated"}  # RFC 3834: no automatic replies
NAME = bilingual("大客户服务台", "dakehu")
MANY = bilingual("{name}：{n} 条提醒", "{name}: {n} notices")
DIGEST = bilingual("{name}：今天的 {n} 条提醒", "{name}: {n} notices this morning")
CLIMBED = bilingual("{name}：{who} 有 {n} 条紧急提醒未读", "{name}: {who} has not read {n} urgent notices")
SEE = bilingual("请登录系统查看。", "Sign in to the desk to see more.")


@job(REMIND)
def remind_everybody(progress: Any) -> dict[str, int]:
    """Process the notices of users who can be reached outside the desk, or whose lead is notified; returns counts."""
    counts = {"people": 0, "messages": 0, "failed": 0}
    for user in sorted(_people()):
        try:
            counts["messages"] += remind(user=user, unread=_unread_notices(user))
            counts["people"] += 1
        except Exception:  # one user's failure must not prevent the reminders of others
            log.exception("user %s could not be reminded", user)
            counts["failed"] += 1
    jobs.remove_done(REMIND, clock.now() - JOBS_FOR)
    return counts


def _people() -> set[int]:
    """Return the ids of the staff whose notices are processed."""
    if message_settings().escalate_minutes is not None:
        return set(team.active_user_ids())
    rows = NoticeAddress.objects.filter(is_on=True).exclude(confirmed_at=None)
    return set(rows.values_list("user_id", flat=True)) & set(team.active_user_ids())


def _unread_notices(user: int) -> list[dict[str, Any]]:
    """Return a user's unread notices that may be sent outside the desk, in their language."""
    with in_language(team.language_of(user)):
        return [one for one in unread_notices(user) if one["leaves"]]


@action(REMIND, needs=Permission.SYSTEM_WRITE, zh="提醒人员", en="Remind staff", is_public=False, offers_undo=False)
def remind(*, user: int, unread: list[dict[str, Any]]) -> int:
    """Queue messages for a user's unread notices, and record that, in one action; returns the number of messages.

    So a notice is not sent twice, and no sent one is lost.
    """
    settings, now = message_settings(), clock.local(clock.now())
    preference = preference_of(user)
    by_key = {one["key"][:200]: one for one in unread}
    seen = _seen_records(user, list(by_key))
    state = [
        Unread(
            key,
            one["tone"] == "bad",
            seen[key].seen_at,
            seen[key].left_at is not None,
            seen[key].climbed_at is not None,
        )
        for key, one in by_key.items()
    ]
    wishes = _wishes_of(preference)
    count = 0
    addresses = _addresses(user)
    for batch in reminder_rules.batches(state, wishes, now) if addresses else ():
        count += _queue(user, batch, [by_key[key] for key in batch.keys], addresses, settings)
        _mark(seen, batch.keys, "left_at")
    if addresses and reminder_rules.is_digest_due(wishes, now):
        preference.digested_on = now.date()
        preference.save()
    return count + _escalate_unread(
        user, reminder_rules.notices_to_escalate(state, settings.escalate_minutes, now), by_key, seen, settings
    )


def _seen_records(user: int, keys: list[str]) -> dict[str, SeenNotice]:
    """Return the record of each notice, created now for new ones; old records are deleted."""
    found = {row.key: row for row in SeenNotice.objects.filter(user_id=user, key__in=keys)}
    for key in keys:
        if key not in found:
            found[key] = SeenNotice(user_id=user, key=key, seen_at=clock.now())
            found[key].save()
    for old in SeenNotice.objects.filter(user_id=user, seen_at__lt=clock.now() - SEEN_FOR).exclude(key__in=keys):
        old.delete()
    return found


def _mark(seen: dict[str, SeenNotice], keys: Any, column: str) -> None:
    for key in keys:
        setattr(seen[key], column, clock.now())
        seen[key].save()


def _wishes_of(row: NoticePreference) -> Wishes:
    until = clock.local(row.snoozed_until) if row.snoozed_until is not None else None
    return Wishes(
        str(row.timing),
        row.digest_at,
        row.urgent_at_once,
        row.quiet_from,
        row.quiet_until,
        until,
        row.digested_on,
    )


def _addresses(user: int) -> list[tuple[str, str]]:
    """Return (channel, address) of a user's confirmed, active addresses."""
    rows = NoticeAddress.objects.filter(user_id=user, is_on=True).exclude(confirmed_at=None).order_by("pk")
    return [(str(row.channel), row.address.open()) for row in rows]


def _queue(
    user: int, batch: Batch, notices: list[dict[str, Any]], addresses: list[tuple[str, str]], settings: MessageSettings
) -> int:
    """Queue one message to each address; returns their number."""
    with in_language(team.language_of(user)):
        texts = [_text(one, settings) for one in notices]
        heading = DIGEST if batch.kind == "digest" else MANY
        subject = str(bilingual(heading.zh, heading.en, name=NAME, n=len(texts)))
        if batch.kind == "notice" and len(texts) == 1:
            subject = f"{NAME}{bilingual('：', ': ')}{texts[0][0]}"
        title = str(bilingual("{n} 条提醒", "{n} notices", n=len(texts)))
        text = _body(texts, settings)
    kind = DeliveryKind.DIGEST if batch.kind == "digest" else DeliveryKind.NOTICE
    day = clock.today().isoformat() if batch.kind == "digest" else ""
    for channel, address in addresses:
        outbox.queue(
            channel=channel,
            address=address,
            subject=subject,
            text=text,
            key=f"{batch.kind}:{user}:{_digest((day, *batch.keys))}",
            kind=kind.value,
            recipient=user,
            headers=HEADERS,
            not_before=batch.not_before,
            held_by=batch.held_by,
            title=title,
            notices=batch.keys,
        )
    return len(addresses)


def _escalate_unread(
    user: int,
    keys: list[str],
    by_key: dict[str, dict[str, Any]],
    seen: dict[str, SeenNotice],
    settings: MessageSettings,
) -> int:
    """Notify the lead of a user's unread urgent notices: in the desk, and at the lead's addresses."""
    lead = team.leads_of([user]).get(user)
    if not keys or lead is None or lead == user:
        return 0
    who = team.names_of([user]).get(user, "")
    with in_language(team.language_of(lead)):
        title = str(bilingual(CLIMBED.zh, CLIMBED.en, name=NAME, who=who, n=len(keys)))
        text = _body([_text(by_key[key], settings) for key in keys], settings)
    addresses = [(DeliveryChannel.DESK.value, ""), *_addresses(lead)]
    for channel, address in addresses:
        outbox.queue(
            channel=channel,
            address=address,
            subject=title,
            text=text,
            key=f"climbed:{user}:{_digest(keys)}",
            kind=DeliveryKind.NOTICE.value,
            recipient=lead,
            headers=HEADERS,
            title=title,
            link="/",
        )
    _mark(seen, keys, "climbed_at")
    return len(addresses)


def _text(one: dict[str, Any], settings: MessageSettings) -> tuple[str, str]:
    """Return the text of a notice outside the desk, and its link: without personal values unless allowed."""
    said = one["text"] if settings.names_clients else one["outside"] or one["title"]
    return str(said), f"{settings.desk_address}{one['url']}" if settings.desk_address else ""


def _body(texts: list[tuple[str, str]], settings: MessageSettings) -> str:
    lines = [f"· {said}" + (f"\n  {link}" if link else "") for said, link in texts]
    foot: Bilingual | str = f"{SEE} {settings.desk_address}/notices/" if settings.desk_address else SEE
    return "\n".join([*lines, "", str(foot)])


def _digest(parts: Any) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def remind_if_due() -> None:
    """Start the job if its interval has passed and reminders are in use; called by the worker."""
    last = jobs.last_queued_at(REMIND)
    is_wanted = message_settings().escalate_minutes is not None or NoticeAddress.objects.filter(is_on=True).exists()
    if is_wanted and (last is None or clock.now() - last >= EVERY):
        jobs.start_by(REMIND, clock.now())


declare_due_check(REMIND, remind_if_due)

"""Delivery of published events: one message for each endpoint, sent and retried by jobs of the desk."""

from collections.abc import Callable
from typing import Any

from dakehu.exchange.webhooks import composing, rules, sending
from dakehu.exchange.webhooks.models import Endpoint, Message, MessageState
from dakehu.foundation.access.actor import acting_as, actor_of, current_actor, system_actor
from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.ttl_cache import TTLCache
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.events import forward_events
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.outgoing_events import find_event

FORWARD, SEND = "webhooks.forward", "webhooks.send"  # jobs
KEPT = 20  # attempts stored with a message
_wanted = TTLCache(seconds=60)

declare_steps(
    {
        FORWARD: bilingual("准备 Webhook 消息", "Prepare webhook messages"),
        SEND: bilingual("发送 Webhook 消息", "Send a webhook message"),
    }
)


def has_subscriber(event: str) -> bool:
    """Return whether any active endpoint subscribes to an event; other processes see a change within a minute."""
    events = _wanted.get("events")
    if events is None:
        chosen = Endpoint.objects.filter(is_on=True, confirmed_at__isnull=False).values_list("events", flat=True)
        events = frozenset(name for names in chosen for name in names.split(","))
        _wanted.put("events", events)
    return event in events


def clear_subscriber_cache() -> None:
    """Clear the cache of subscribed events."""
    _wanted.clear()


@jobs.job(FORWARD)
def forward(progress: Any, *, event: str, payload: dict[str, Any], occurrence: str) -> dict[str, Any]:
    """Create the messages of one event. Idempotent when run again."""
    declared = find_event(event)
    if declared is None:
        return {"messages": 0}
    count = 0
    for endpoint in Endpoint.objects.filter(is_on=True, confirmed_at__isnull=False).order_by("pk"):
        message_id = f"msg_{occurrence}_{endpoint.pk}"
        if event not in endpoint.events.split(",") or Message.objects.filter(message_id=message_id).exists():
            continue
        body = _as_owner(endpoint, lambda endpoint=endpoint: composing.compose(endpoint, declared, payload))
        if body is not None:
            with act(FORWARD):
                queue_message(endpoint, event, message_id, body)
            count += 1
    return {"messages": count}


def _as_owner(endpoint: Endpoint, work: Callable[[], str | None]) -> str | None:
    """Run `work` as the owner of an endpoint; None if the owner has left."""
    try:
        owner = actor_of(endpoint.owner_id, f"webhook {endpoint.name}")
    except NotFound:
        return None
    if not owner.may("webhook.own"):
        return None
    with acting_as(owner):
        return work()


def queue_message(endpoint: Endpoint, event: str, message_id: str, body: str) -> Message:
    """Queue a message of an endpoint. Call inside an act."""
    row = Message(endpoint=endpoint, event=event, message_id=message_id, body=body, next_at=clock.now())
    row.save()
    start_sending(row)
    return row


def start_sending(row: Message) -> None:
    """Queue the next attempt of a message, as the system. Call inside an act."""
    with acting_as(system_actor(f"webhook {row.endpoint.name}", current_actor().door)):
        jobs.start(SEND, not_before=row.next_at, message=row.pk, attempt=row.attempts + 1)


@jobs.job(SEND)
def send_message(progress: Any, *, message: int, attempt: int) -> dict[str, Any]:
    """Make one attempt; a message whose endpoint has since been switched off is suppressed."""
    row = Message.objects.select_related("endpoint").filter(pk=message).first()
    if row is None or row.attempts + 1 != attempt or str(row.state) == MessageState.SENT:
        return {"skipped": True}
    endpoint = row.endpoint
    if not endpoint.is_on or endpoint.confirmed_at is None:
        with act(SEND):
            row.state, row.next_at = MessageState.SUPPRESSED.value, None
            row.save()
        return {"state": str(row.state)}
    body, headers = _sign_message(row)
    answer = sending.send(endpoint.address, body, headers)
    with act(SEND):
        _note(row, answer)
        add_audit_note(
            endpoint=endpoint.name, event=row.event, message=row.message_id, status=answer.status, state=str(row.state)
        )
    return {"state": str(row.state), "status": answer.status}


def _sign_message(row: Message) -> tuple[str, dict[str, str]]:
    """Return the body and the headers of a message, signed now by every secret in use."""
    endpoint, now = row.endpoint, clock.now()
    keys = [endpoint.secret]
    if endpoint.former_secret is not None and endpoint.former_until and endpoint.former_until > now:
        keys.append(endpoint.former_secret)
    with act(SEND):
        body, secrets = row.body.open(), [key.open() for key in keys if key is not None]
    timestamp = int(now.timestamp())
    return body, {
        "webhook-id": row.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": rules.signature(secrets, row.message_id, timestamp, body),
    }


def _note(row: Message, answer: sending.Answer) -> None:
    """Record an attempt, and plan the next one after a failure."""
    now = clock.now()
    row.attempts += 1
    error = [answer.error.in_("zh"), answer.error.in_("en")] if answer.error else ["", ""]
    row.log = [*row.log, {"at": now.isoformat(), "status": answer.status, "error": error, "ms": answer.ms}][-KEPT:]
    if answer.is_success:
        row.state, row.sent_at, row.next_at = MessageState.SENT.value, now, None
        row.save()
        return
    wait = None if answer.is_final or answer.status == rules.GONE else rules.delay(row.attempts)
    row.state = (MessageState.RETRYING if wait else MessageState.FAILED).value
    row.next_at = now + wait if wait else None
    row.save()
    if wait:
        start_sending(row)
    elif answer.status == rules.GONE:
        row.endpoint.is_on, row.endpoint.stopped_because = False, "gone"
        row.endpoint.save()
        clear_subscriber_cache()


forward_events(FORWARD, has_subscriber)

"""Read endpoints and their messages: never a secret or body. Owners see their own, users who see connections all."""

from typing import Any

from django.db.models import Count, Max, Q

from dakehu.exchange.webhooks.actions import ENDPOINT
from dakehu.exchange.webhooks.models import Detail, Endpoint, Message, MessageState
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.outgoing_events import events as outgoing_events
from dakehu.foundation.schema.outgoing_events import find_event

SHOWN = 50


def visible_endpoints() -> Any:
    """Return the endpoints that the actor may see, each with the numbers of its messages."""
    actor = current_actor()
    counted = {
        "sent": Count("messages", filter=Q(messages__state=MessageState.SENT.value)),
        "waiting": Count(
            "messages", filter=Q(messages__state__in=[MessageState.QUEUED.value, MessageState.RETRYING.value])
        ),
        "failed": Count("messages", filter=Q(messages__state=MessageState.FAILED.value)),
        "last_sent": Max("messages__sent_at"),
    }
    rows = Endpoint.objects.select_related("owner").annotate(**counted).order_by("name")
    return rows if actor.may(Permission.CONNECTION_READ) else rows.filter(owner_id=actor.user_id)


@query("webhooks.list", needs=Permission.WEBHOOK_OWN, zh="Webhook 端点", en="Webhook endpoints")
def list_endpoints() -> list[dict[str, Any]]:
    """Return the endpoints: [{id, name, address, owner, mine, detail_text, events, is_on, confirmed_at, sent, waiting, failed,
    last_sent}]."""
    return [_endpoint(row) for row in visible_endpoints()]


@query(
    "webhooks.detail",
    needs=Permission.WEBHOOK_OWN,
    zh="Webhook 端点的消息",
    en="An endpoint and its messages",
    parameters=(ENDPOINT,),
)
def endpoint_detail(*, endpoint: Endpoint) -> dict[str, Any]:
    """Return an endpoint with its last messages: [{id, message_id, event, state, attempts, next_at, sent_at, status, error, at}].

    Raises NotFound if not visible to the actor.
    """
    row = visible_endpoints().filter(pk=endpoint.pk).first()
    if row is None:
        raise NotFound(bilingual("Webhook 端点", "webhook endpoint"), endpoint.pk)
    return {**_endpoint(row), "messages": [_message(one) for one in row.messages.order_by("-pk")[:SHOWN]]}


@query("webhooks.events", needs=Permission.WEBHOOK_OWN, zh="可通知的事件", en="Events to be told of")
def list_events() -> list[dict[str, Any]]:
    """Return the events that an endpoint may receive: [{name, title}]."""
    return [{"name": event.name, "title": str(event.title)} for event in outgoing_events()]


def _endpoint(row: Any) -> dict[str, Any]:
    names = row.events.split(",")
    titles = {name: event.title for name in names if (event := find_event(name)) is not None}
    return {
        "id": row.pk,
        "name": row.name,
        "address": row.address,
        "owner": row.owner.name,
        "mine": row.owner_id == current_actor().user_id,
        "detail_text": Detail.text_of(str(row.detail)),
        "events": [{"name": name, "title": titles.get(name, name)} for name in names],
        "is_on": row.is_on,
        "confirmed_at": row.confirmed_at,
        "is_told": row.is_on and row.confirmed_at is not None,
        "is_gone": row.stopped_because == "gone",
        "secrets_at": row.secrets_at,
        "former_until": row.former_until,
        "sent": row.sent,
        "waiting": row.waiting,
        "failed": row.failed,
        "last_sent": row.last_sent,
    }


def _message(row: Message) -> dict[str, Any]:
    last = row.log[-1] if row.log else {"at": None, "status": 0, "error": ["", ""], "ms": 0}
    event = find_event(row.event)
    return {
        "id": row.pk,
        "message_id": row.message_id,
        "event": row.event,
        "title": event.title if event else row.event,
        "state": str(row.state),
        "state_text": MessageState.text_of(str(row.state)),
        "attempts": row.attempts,
        "created_at": row.created_at,
        "next_at": row.next_at,
        "sent_at": row.sent_at,
        "status": last["status"],
        "error": Bilingual(*last["error"]),
        "ms": last["ms"],
    }

"""The outbox: every message to a person is queued here, and none twice."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from dakehu.domains.service.deliveries import rules
from dakehu.domains.service.deliveries.kinds import AUTOMATIC, WAITING, DeliveryChannel, DeliveryState
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.service.models import Delivery
from dakehu.foundation.access.actor import acting_as, current_actor, elevated, system_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.jobs import queue as jobs

SEND = "service.send_deliveries"  # the job
HOST = "dakehu.invalid"  # of Message-IDs while no sender is set; a reserved name (RFC 2606)
NO_TRANSPORT, NO_ADDRESS = "no_transport", "no_address"  # rules


def queue(
    *,
    channel: str,
    address: str,
    subject: str,
    text: str,
    key: str,
    kind: str,
    recipient: int | None = None,
    client: int | None = None,
    html: str = "",
    attachments: Iterable[tuple[str, str, str]] = (),
    headers: Mapping[str, str] | None = None,
    not_before: datetime | None = None,
    message_id: str | None = None,
    held_by: str = "",
    title: str = "",
    link: str = "",
    notices: Iterable[str] = (),
) -> int:
    """Queue one message to one address and return the id of its delivery; an already queued one is returned unchanged.

    `key` names the message, such as "campaign:7:client:12": with the address it makes the Message-ID. `kind` is a
    DeliveryKind; `recipient` the id of a member of staff, None for a text to `client`. `attachments`: (name, media type,
    key of a stored file). `not_before` plans it; `held_by` names the rule that holds it until then. Texts to clients are
    checked when they are sent, not here. `title` describes it without personal values: shown in the log, and with
    `link` in the bell if the channel is "desk". `notices`: keys of the notices in it; once all are read, it need
    not be sent. Raises NotFound for a client outside the actor's scope.
    """
    made: int = queue_delivery(
        values={
            "channel": channel,
            "address": address.strip(),
            "subject": subject,
            "text": text,
            "key": key[:160],
            "kind": kind,
            "recipient_id": recipient,
            "client_id": client,
            "html": html or None,
            "attachments": [list(one) for one in attachments],
            "headers": dict(headers or {}),
            "title": title[:160],
            "link": link[:200],
            "notices": list(notices),
        },
        not_before=not_before,
        message_id=message_id or "",
        held_by=held_by,
    )
    return made


@action("service.queue_delivery", needs="", zh="送达排队", en="Queue a delivery", is_public=False, offers_undo=False)
def queue_delivery(*, values: dict[str, Any], not_before: datetime | None, message_id: str, held_by: str) -> int:
    """Store a delivery and start the job that sends it; return its id. See queue."""
    index = _index_of(values["address"])
    known = _find(values["key"], index)
    if known is not None:
        return known
    now = clock.now()
    due = max(not_before, now) if not_before else now
    row = Delivery(**values, due_at=due, sent_by_id=current_actor().user_id)
    row.message_id = message_id or rules.message_id(values["key"], index, _sender_host())
    later = due > now
    row.state = (DeliveryState.HELD if held_by else DeliveryState.PLANNED if later else DeliveryState.QUEUED).value
    row.rule = held_by
    if values["channel"] not in AUTOMATIC:
        row.state, row.rule = DeliveryState.SUPPRESSED.value, NO_TRANSPORT
    elif values["channel"] == DeliveryChannel.DESK:
        row.state, row.sent_at = DeliveryState.DELIVERED.value, now
    elif not values["address"]:
        row.state, row.rule = DeliveryState.SUPPRESSED.value, NO_ADDRESS
    row.history = [step(row.state)]
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # queued concurrently
        known = _find(values["key"], index)
        if known is None:
            raise
        return known
    if row.state in WAITING:
        start_sending(due)
    return int(row.pk)


def start_sending(moment: datetime) -> None:
    """Let the worker send what is due by a time, as the system. Call inside an action."""
    with acting_as(system_actor("send deliveries", current_actor().door)):
        jobs.start_by(SEND, moment)


def step(state: str, note: Bilingual | str = "") -> dict[str, str]:
    """Return one step of a delivery's history, as of now."""
    said = {"zh": note.in_("zh"), "en": note.in_("en")} if isinstance(note, Bilingual) else {"zh": note, "en": note}
    return {"at": clock.now().isoformat(), "state": state, **said}


def _index_of(address: str) -> str:
    column: Any = Delivery._meta.get_field("address_index")
    return str(column.index_of(address)) if address else ""


def _find(key: str, index: str) -> int | None:
    """Return the id of the delivery of a message to an address, whoever queued it."""
    with elevated("look for a delivery that is queued already"):
        found: int | None = Delivery.objects.filter(key=key, address_index=index).values_list("pk", flat=True).first()
    return found


def _sender_host() -> str:
    return str(message_settings().sender_address).rpartition("@")[2] or HOST

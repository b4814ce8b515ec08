"""The content of a message: event and codes; more if the endpoint allows, in its owner's scope and clearance."""

import json
from typing import Any

from dakehu.exchange.webhooks.models import LEVELS, Endpoint
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.base import clock
from dakehu.foundation.gates.output import render_row
from dakehu.foundation.schema.fields import described_fields, model_of
from dakehu.foundation.schema.outgoing_events import OutgoingEvent

VERSION = 1


def compose(endpoint: Endpoint, event: OutgoingEvent, payload: dict[str, Any]) -> str | None:
    """Return the body of a message; None if the owner, the actor, may not see the subject of the event."""
    data: dict[str, Any] = {name: payload[name] for name in event.passes if name in payload}
    if event.model:
        model = model_of(event.model)
        row = model.objects.filter(pk=payload.get(event.parameter)).first()
        if row is None:
            return None
        data |= _codes(row) | _fields(endpoint, row)
    return body_of(event.name, data)


def body_of(event: str, data: dict[str, Any]) -> str:
    """Return a body in the Standard Webhooks format."""
    made = {"type": event, "timestamp": clock.now().isoformat(), "version": VERSION, "data": data}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def _codes(row: Any) -> dict[str, Any]:
    """Return the code of the client, and the id of a row that is not the client itself."""
    client = row if row.client_path == "pk" else model_of("clients.Client").objects.filter(pk=row.client_id).first()
    codes: dict[str, Any] = {"client": client.code if client is not None else None}
    return codes if row.client_path == "pk" else {**codes, "number": row.pk}


def _fields(endpoint: Endpoint, row: Any) -> dict[str, Any]:
    """Return the fields of the row that the endpoint may receive, as visible to the owner."""
    if str(endpoint.detail) not in LEVELS:
        return {}
    level = LEVELS[str(endpoint.detail)]
    shown = render_row(row)
    names = [
        name
        for name, behind, spec in described_fields(type(row))
        if spec.sensitivity <= level and not isinstance(behind, EncryptedTextField) and name in shown
    ]
    return {"fields": {name: shown[name] for name in names}}

"""Context of the audit tab: actions about a client, by whom, and which values changed."""

import json
from typing import Any

from django.http import HttpRequest

from dakehu.foundation.actions.labels import act_label
from dakehu.foundation.base import clock
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.gates import columns_of
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces.web.views.client.value_text import value_text

ENTRIES_SHOWN = 60


def tab_audit(request: HttpRequest, client: Any) -> dict[str, Any]:
    entries = model_of("foundation.AuditEntry").objects.filter(client_ref=client.pk).order_by("-pk")[:ENTRIES_SHOWN]
    return {"entries": [audit_line(entry) for entry in entries]}


def audit_line(entry: Any) -> dict[str, Any]:
    body = json.loads(entry.body)
    changes = [{"kind": change["kind"], "fields": changed_fields(change)} for change in body.get("changes", [])]
    return {
        "at": clock.local(entry.at),
        "who": entry.actor_name,
        "door": entry.door,
        "reason": body.get("note", {}).get("reason") or entry.reason,
        "what": act_label(entry.action),
        "changes": changes,
    }


def changed_fields(change: dict[str, Any]) -> list[dict[str, str]]:
    """Return the changed fields with old and new values as text, without the client itself."""
    try:
        columns = {
            column.field.attname: column
            for column in columns_of(model_of(current_name(Kind.MODEL, change["model"])))
            if hasattr(column.field, "attname")
        }
    except (LookupError, ValueError):
        return []
    return [
        {
            "label": columns[name].label,
            "was": value_text(columns[name], change["before"].get(name)),
            "becomes": value_text(columns[name], value),
        }
        for name, value in change["after"].items()
        if name in columns and columns[name].name != "client"
    ]

"""Queries of the read log, for compliance: who opened which client, and which data were exported."""

import json
from datetime import date, timedelta
from typing import Any

from dakehu.domains.compliance.read_log.models import ReadEntry
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.labels import act_label
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

PAGE = 100
# Actions that export data to a person or a program.
EXPORTS = (
    "workbook.export",
    "report.create",
    "team.export_audit",
    "team.record_arrow_pull",
    "evidence.export",
)
FILTERS = (
    Parameter("person", required=False, spec=FieldSpec("人员", "Person")),
    Parameter("client", "clients.Consent", "client", required=False),
    Parameter("since", required=False, kind="date", spec=FieldSpec("从", "From")),
    Parameter("until", required=False, kind="date", spec=FieldSpec("到", "To")),
    Parameter("before", required=False, kind="integer", spec=FieldSpec("早于条目", "Before entry")),
)


@query("compliance.readings", needs=Permission.READ_LOG, zh="查阅记录", en="Readings", parameters=FILTERS)
def readings(
    *,
    person: str | None = None,
    client: Any = None,
    since: date | None = None,
    until: date | None = None,
    before: int | None = None,
) -> list[dict[str, Any]]:
    """Return who opened which client, newest first, 100 at a time: [{id, at, last_at, person, client, code, name, door, times}].

    `at` is the hour; `before` the id of the last row seen. A client who no longer exists has their number as code.
    """
    rows = ReadEntry.objects.order_by("-id")
    if person:
        rows = rows.filter(user_name=person)
    if client is not None:
        rows = rows.filter(client_ref=client.pk)
    if since:
        rows = rows.filter(hour__gte=clock.start_of_day(since))
    if until:
        rows = rows.filter(hour__lt=clock.start_of_day(until + timedelta(days=1)))
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[:PAGE])
    known = model_of("clients.Client").objects.in_bulk({row.client_ref for row in found})
    return [
        {
            "id": row.pk,
            "at": row.hour.isoformat(),
            "last_at": clock.local(row.last_at).strftime("%Y-%m-%d %H:%M"),
            "person": row.user_name,
            "client": row.client_ref if row.client_ref in known else None,
            **_client_name(known.get(row.client_ref), row.client_ref),
            "door": row.door,
            "times": row.times,
        }
        for row in found
    ]


def _client_name(client: Any, number: int) -> dict[str, str]:
    """Return code and name of a client, as the reader may see them."""
    if client is None:
        return {"code": f"#{number}", "name": ""}
    return {"code": client.code, "name": name_of(client, current_actor().clearance)}


@query(
    "compliance.exports", needs=Permission.READ_LOG, zh="导出记录", en="Exports", parameters=(FILTERS[0], *FILTERS[2:])
)
def exports(
    *, person: str | None = None, since: date | None = None, until: date | None = None, before: int | None = None
) -> list[dict[str, Any]]:
    """Return the exports, newest first, 100 at a time: [{id, at, person, door, what, note}], from the audit."""
    rows = AuditEntry.objects.filter(action__in=EXPORTS).order_by("-pk")
    if person:
        rows = rows.filter(actor_name=person)
    if since:
        rows = rows.filter(at__gte=clock.start_of_day(since))
    if until:
        rows = rows.filter(at__lt=clock.start_of_day(until + timedelta(days=1)))
    if before:
        rows = rows.filter(pk__lt=before)
    return [
        {
            "id": row.pk,
            "at": clock.local(row.at).strftime("%Y-%m-%d %H:%M"),
            "person": row.actor_name,
            "door": row.door,
            "what": str(act_label(row.action)),
            "note": json.loads(row.body).get("note", {}),
        }
        for row in rows[:PAGE]
    ]


def delete_old_entries(day: date, keep_days: int) -> int:
    """Delete the readings of days before the retention period; return their number."""
    with acting_as(system_actor("the read log is kept for a time only")):
        rows = ReadEntry.objects.filter(hour__lt=clock.start_of_day(day - timedelta(days=keep_days)))
        count, _ = rows.delete()
    return count

"""Queries of the audit trail, its verification and the state of the system."""

import json
import sqlite3
from datetime import date, datetime, timedelta
from importlib import metadata
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.db.models.functions import TruncDate

from dakehu.foundation import row_security
from dakehu.foundation.access import keys
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.labels import act_label
from dakehu.foundation.audit import anchor, verification
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.renamed import Kind, current_name, names_with_former
from dakehu.foundation.calendar.models import CalendarDay
from dakehu.foundation.calendar.trading_days import calendar_ends_on
from dakehu.foundation.gates.registry import query
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.records.custom_field import CustomField
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.names import find_place, name_of_table
from dakehu.foundation.schema.parameters import Parameter

PAGE = 50
MOST_DAYS = 62  # of the counts by day
# Actions that only record a sign-in; failed sign-ins are not among them.
SIGN_INS = ("team.record_sign_in", "team.record_token_use")
FILTERS = (
    Parameter("actor", required=False, spec=FieldSpec("操作人", "Actor")),
    Parameter("action", required=False, spec=FieldSpec("操作", "Action")),
    Parameter("client", required=False, kind="json", spec=FieldSpec("客户编号（内部）", "Client ids")),
    Parameter("since", required=False, kind="date", spec=FieldSpec("从", "From")),
    Parameter("until", required=False, kind="date", spec=FieldSpec("到", "To")),
    Parameter("sign_ins", required=False, kind="bool", spec=FieldSpec("含登录", "With sign-ins")),
    Parameter("before", required=False, kind="integer", spec=FieldSpec("早于条目", "Before entry")),
    Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "Rows")),
)


@query("team.audit", needs=Permission.AUDIT_READ, zh="操作日志", en="Audit trail", parameters=FILTERS)
def audit_trail(
    *,
    actor: str | None = None,
    action: str | None = None,
    client: Any = None,
    since: date | None = None,
    until: date | None = None,
    sign_ins: bool | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Return visible audit entries, newest first, `limit` at a time (50; at most 500).

    `before` is the id of the last entry seen; `client` is a client id or a list of them; days are in the desk's time
    zone. `sign_ins` False leaves out sign-ins, unless they are the requested `action`.
    """
    rows = filter_entries(actor=actor, action=action, client=client, since=since, until=until, sign_ins=sign_ins)
    if before:
        rows = rows.filter(pk__lt=before)
    return [render_entry(row) for row in rows[: min(limit or PAGE, 500)]]


def filter_entries(
    *,
    actor: str | None = None,
    action: str | None = None,
    client: Any = None,
    since: date | None = None,
    until: date | None = None,
    sign_ins: bool | None = None,
) -> Any:
    """Return the visible entries that match the filters, newest first."""
    rows = AuditEntry.objects.order_by("-pk")
    if sign_ins is False and not action:
        rows = rows.exclude(action__in=[name for act in SIGN_INS for name in names_with_former(Kind.ACTION, act)])
    if actor:
        rows = rows.filter(actor_name=actor)
    if action:
        rows = rows.filter(action__in=names_with_former(Kind.ACTION, action))
    if client is not None:
        client_ids = client if isinstance(client, list) else [client]
        rows = rows.filter(
            client_ref__in=[
                client_id for client_id in client_ids if str(client_id).isdecimal() and len(str(client_id)) < 19
            ]
        )
    if since:
        rows = rows.filter(at__gte=clock.start_of_day(since))
    if until:
        rows = rows.filter(at__lt=clock.start_of_day(until + timedelta(days=1)))
    return rows


@query(
    "team.audit_days",
    needs=Permission.AUDIT_READ,
    zh="操作日志每日条数",
    en="Audit entries by day",
    parameters=FILTERS[:-2],
)
def audit_days(**filters: Any) -> list[dict[str, Any]]:
    """Return [{day, entries}] of visible entries, oldest first, `since` (29 days before `until`) to `until` (today).

    Days without an entry are included with 0; at most 62 days.
    """
    until = filters.get("until") or clock.today()
    since = max(filters.get("since") or until - timedelta(days=29), until - timedelta(days=MOST_DAYS - 1))
    rows = filter_entries(**{**filters, "since": since, "until": until}).order_by()
    day = TruncDate("at", tzinfo=clock.zone())
    counts = dict(rows.annotate(day=day).values_list("day").annotate(n=Count("pk")))
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return [{"day": one, "entries": counts.get(one, 0)} for one in days]


def render_entry(row: AuditEntry) -> dict[str, Any]:
    """Render an audit entry."""
    body = json.loads(row.body)
    return {
        "id": row.pk,
        "at": row.at,
        "actor": row.actor_name,
        "door": row.door,
        "action": current_name(Kind.ACTION, row.action),
        "action_text": str(act_label(row.action)),
        "reason": row.reason,
        "client": row.client_ref,
        "changes": [_change(change) for change in body.get("changes", [])],
        "inner": [str(act_label(name)) for name in body.get("inner", [])],
        "note": body.get("note", {}),
        "seal": row.seal,
    }


def _change(change: dict[str, Any]) -> dict[str, Any]:
    """Render a recorded change under its table's current name; the sealed entry is unchanged."""
    label = current_name(Kind.MODEL, change["model"])
    return {**change, "model": label, "model_text": str(find_place(label) or name_of_table(label))}


@query("team.audit_people", needs=Permission.AUDIT_READ, zh="操作人名单", en="People in the audit trail")
def audit_people() -> list[str]:
    """Return the names that occur in visible audit entries."""
    return sorted(set(AuditEntry.objects.order_by().values_list("actor_name", flat=True).distinct()))


@query("team.verify_audit", needs="", zh="核验操作日志", en="Verify the audit trail")
def verify_audit() -> dict[str, Any]:
    """Verify the whole audit chain, and current rows against it.

    Returns {entries, broken (the first invalid entry, None if all are valid), why, rows, changed: [{model, id, field,
    why}], anchored (whether a chain head was stored)}.
    """
    actor = current_actor()
    if not (actor.may(Permission.AUDIT_READ) or actor.may(Permission.SYSTEM_READ)):
        raise NotAllowed(bilingual("核验操作日志", "verify the audit trail"), Permission.AUDIT_READ)
    with acting_as(system_actor("verify the audit chain", actor.door)):
        return verification.verify().as_plain()


@query("team.trading_days", needs=Permission.SYSTEM_READ, zh="交易日历", en="Trading calendar")
def trading_days() -> Any:
    """Return days that differ from the weekday rule, latest first."""
    return CalendarDay.objects.order_by("-on")


@query("team.system", needs=Permission.SYSTEM_READ, zh="系统状态", en="State of the system")
def system_state() -> dict[str, Any]:
    """Return version, database, worker and queue, last backup and close, keys (versions only), disk and memory in bytes."""
    current, known = keys.encryption_keys()
    ends_on = calendar_ends_on()
    with acting_as(system_actor("read the head of the audit chain")):
        head = AuditEntry.objects.order_by("-pk").values_list("pk", "seal", "at").first()
        last = {name: _last_at(name) for name in ("desk.backup", "ledger.publish_figures")}
    return {
        "version": metadata.version("dakehu"),
        "database": _database(),
        "fields": CustomField.objects.filter(archived=False).count(),
        "calendar": {"ends_on": ends_on, "short": ends_on is None or ends_on < clock.today() + timedelta(days=60)},
        "worker": jobs.queue(),
        "backup": last["desk.backup"],
        "close": last["ledger.publish_figures"],
        "keys": {"in_use": current, "versions": sorted(known)},
        "audit": {"entries_to": head[0], "seal": head[1], "at": head[2]} if head else None,
        "audit_alarm": anchor.read_alarm(),
        **_machine(),
    }


def _last_at(action: str) -> datetime | None:
    """Return when an action was last performed, None if never."""
    rows = AuditEntry.objects.filter(action__in=names_with_former(Kind.ACTION, action)).order_by("-pk")
    return rows.values_list("at", flat=True).first()


def _database() -> dict[str, Any]:
    """Return kind and version of the database, and whether row security is active."""
    engine = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}.get(connection.vendor, connection.vendor)
    if connection.vendor == "sqlite":
        return {"kind": f"{engine} {sqlite3.sqlite_version}", "vendor": connection.vendor, "row_security": False}
    major, minor = divmod(getattr(connection, "pg_version", 0), 10000)
    return {"kind": f"{engine} {major}.{minor}", "vendor": connection.vendor, "row_security": row_security.active()}


def _machine() -> dict[str, Any]:
    """Return disk and memory in bytes."""
    import psutil

    disk, memory = psutil.disk_usage(str(settings.DAKEHU_HOME)), psutil.virtual_memory()
    return {
        "disk": {"free": disk.free, "total": disk.total},
        "memory": {"process": psutil.Process().memory_info().rss, "free": memory.available, "total": memory.total},
    }

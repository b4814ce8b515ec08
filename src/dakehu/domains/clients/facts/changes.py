"""Facts of changes of the parties behind a client, for rules."""

import json
from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl
from django.db.models import Q

from dakehu.domains.clients.models import History
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.facts import Fact, FactTable, declare

PARTIES = ("controller", "beneficial_owner", "legal_representative")
CHANGE_DAYS = 30  # within which changes of the parties behind a client are searched

CHANGES = (
    Fact("parties_changed_on", "关联人变更日期", "Parties changed on", "day"),
    Fact(
        "parties_changed_days",
        "关联人变更天数",
        "Days since the parties changed",
        "days",
        help=bilingual(
            "实际控制人、受益所有人或法定代表人 30 天内的变更",
            "Controller, beneficial owner or legal representative changed within 30 days",
        ),
    ),
)


def load_changes(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return when the parties behind clients last changed, for changes within CHANGE_DAYS.

    Changes are found in the audit of writes by people and imports, and in imported earlier data.
    """
    since = day - timedelta(days=CHANGE_DAYS)
    changed: dict[int, date] = dict(_changes_in_audit(since, day))
    for client, on in _changes_in_history(since, day):
        changed[client] = max(on, changed.get(client, on))
    frame = pl.DataFrame(
        {"client": list(changed), "parties_changed_on": list(changed.values())},
        schema={"client": pl.Int64, "parties_changed_on": pl.Date},
    )
    days = (pl.lit(day) - pl.col("parties_changed_on")).dt.total_days()
    return frame.with_columns(days.alias("parties_changed_days")).select("client", *sorted(names))


def _changes_in_audit(since: date, day: date) -> Iterable[tuple[int, date]]:
    """Yield (client, day) of changes to the parties recorded in the audit, oldest first."""
    named = Q()
    for name in PARTIES:
        named |= Q(body__contains=f'"{name}"')
    entries = AuditEntry.objects.filter(
        named,
        at__gte=clock.start_of_day(since),
        at__lt=clock.start_of_day(day + timedelta(days=1)),
    ).order_by("pk")
    for at, body in entries.values_list("at", "body").iterator():
        for change in json.loads(body).get("changes", ()):
            before = change.get("before") or {}
            if change.get("model") == "clients.Client" and any(before.get(name) for name in PARTIES):
                yield int(change["pk"]), clock.local(at).date()


def _changes_in_history(since: date, day: date) -> Iterable[tuple[int, date]]:
    """Yield (client, day) where present data differs from earlier data in one of the parties."""
    rows = History.objects.filter(client__as_of_on__gt=since, client__as_of_on__lte=day).order_by(
        "client_id", "as_of_on"
    )
    latest: dict[int, tuple[date, bool]] = {}
    columns = ("client_id", "known", "client__as_of_on", *(f"client__{name}" for name in PARTIES))
    for client, known, on, *present in rows.values_list(*columns).iterator():
        differs = any(known.get(name) and known.get(name) != now for name, now in zip(PARTIES, present, strict=True))
        latest[client] = (on, differs)
    yield from ((client, on) for client, (on, differs) in latest.items() if differs)


declare(
    FactTable("client_changes", CHANGES, load_changes, bilingual("操作日志与历史资料", "Audit trail and earlier data")),
)

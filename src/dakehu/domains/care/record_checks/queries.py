"""Queries of checks of service records: open checks of the reader, and results by person and reader."""

from datetime import date, timedelta
from typing import Any

from dakehu.domains.care.models import RecordCheck
from dakehu.domains.care.permissions import RECORD_CHECK
from dakehu.domains.care.record_checks import rules
from dakehu.domains.care.record_checks.actions import MONTH
from dakehu.domains.care.record_checks.choices import CheckResult
from dakehu.domains.care.surveys.rules import share_of
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.gates.output import name_of, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import model_of

SHOWN = ("held_at", "channel", "purpose", "summary", "result", "promise")
LEAST = 15  # records of a person from which a share is shown, as in the measure of appraisal


@query("care.record_checks", needs=RECORD_CHECK, zh="服务记录抽检", en="Checks of service records", parameters=(MONTH,))
def record_checks(*, month: date | None = None) -> dict[str, Any]:
    """Return the checks of a month, by default the last one: open checks of the reader, results by person and reader.

    {month, waiting: [{id, row_version, staff, client: {id, name}, held_at, channel, …}], people: [{name, drawn, checked, passed,
    share, low, high}], agreement: {n, share, kappa} or None}. Whether a reading is the second one is not included.
    """
    first, _ = rules.month_of(month or clock.today().replace(day=1) - timedelta(days=1))
    rows = list(RecordCheck.objects.filter(month=first).select_related("client", "staff").order_by("pk"))
    pairs: dict[int, list[bool]] = {}
    for row in rows:
        if row.result != CheckResult.WAITING:
            pairs.setdefault(row.interaction_ref, []).append(row.result == CheckResult.PASSED)
    found = rules.agreement((one[0], one[1]) for one in pairs.values() if len(one) == 2)
    return {
        "month": first.isoformat(),
        "waiting": _open_readings(rows),
        "people": _people([row for row in rows if not row.is_second]),
        "agreement": None if found is None else dict(zip(("n", "share", "kappa"), found, strict=True)),
    }


def _open_readings(rows: list[RecordCheck]) -> list[dict[str, Any]]:
    """Return the open readings that the reader may make, with the current record; each record once, to stay blind."""
    me, clearance = current_actor().user_id, current_actor().clearance
    readers = {(row.interaction_ref, row.is_second): row.checked_by_id for row in rows}
    mine = [
        row
        for row in rows
        if row.result == CheckResult.WAITING
        and rules.reading_fault(me, row.staff_id, readers.get((row.interaction_ref, not row.is_second))) is None
    ]
    mine = list({row.interaction_ref: row for row in reversed(mine)}.values())[::-1]  # the first of two open readings
    records = {
        row.pk: row for row in model_of("service.Interaction").objects.filter(pk__in={r.interaction_ref for r in mine})
    }
    mine = [row for row in mine if row.interaction_ref in records]
    shown = render_rows([records[row.interaction_ref] for row in mine], SHOWN, shown=True)
    return [
        {
            **values,
            "id": row.pk,
            "row_version": row.row_version,
            "staff": row.staff.name,
            "client": {"id": row.client_id, "name": name_of(row.client, clearance)},
        }
        for row, values in zip(mine, shown, strict=True)
    ]


def _people(rows: list[RecordCheck]) -> list[dict[str, Any]]:
    """Return the results of each person's records, by name; no share under 15."""
    by_person: dict[str, list[RecordCheck]] = {}
    for row in rows:
        by_person.setdefault(row.staff.name, []).append(row)
    lines = []
    for name, some in sorted(by_person.items()):
        read = [row for row in some if row.result != CheckResult.WAITING]
        passed = sum(row.result == CheckResult.PASSED for row in read)
        share = share_of(passed, len(read)) if len(read) >= LEAST else None
        lines.append(
            {
                "name": name,
                "drawn": len(some),
                "checked": len(read),
                "passed": passed,
                "share": share and share.share,
                "low": share and share.low,
                "high": share and share.high,
            }
        )
    return lines

"""Query of the rows behind a measure, within the reader's own scope and permissions."""

from typing import Any

from dakehu.domains.appraisal.measures.rules import TRIMMED
from dakehu.domains.appraisal.models import MeasureValue
from dakehu.domains.appraisal.parameters import APPRAISAL, MEASURE
from dakehu.domains.appraisal.scores.queries import REVISION, may_show_amounts, measure_names
from dakehu.domains.appraisal.scores.rules import plain
from dakehu.domains.appraisal.scores.store import get_appraisal
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import model_of

SHOWN_ROWS = 500
HIDDEN = {"is_visible": False, "client": None, "what": ""}


def may_open(label: str) -> bool:
    """Return whether the reader may see the subjects of a table's rows; False for domains not listed here."""
    needed = {
        "clients": Permission.CLIENT_READ,
        "service": Permission.SERVICE_READ,
        "growth": Permission.GROWTH_READ,
        "compliance": Permission.COMPLAINT_READ,
        "learning": Permission.LEARNING_READ,
        "team": Permission.TEAM_READ,
    }.get(label.partition(".")[0])
    return needed is not None and current_actor().may(needed)


@query(
    "appraisal.measure_rows",
    needs=Permission.APPRAISAL_OWN,
    zh="指标明细",
    en="Rows of a measure",
    parameters=(APPRAISAL, MEASURE, REVISION),
)
def measure_rows(*, appraisal: int, measure: str, revision: int | None = None) -> dict[str, Any]:
    """Return the rows behind a measure of an appraisal, at most 500, by number; their subjects within the reader's own scope.

    {measure, name, text, unit, kind, revision, revisions, reason, branch_rate, count, hidden, rows: [{number, value, weight, client:
    {id, name} or None, what, is_visible}]}. A row outside the reader's scope has only its numbers,
    and not even these if they are money.
    """
    row = get_appraisal(appraisal)
    values = list(MeasureValue.objects.filter(appraisal=row, measure=measure).order_by("revision"))
    value = next((one for one in values if one.revision == revision), values[-1] if values and not revision else None)
    if value is None:
        raise NotFound(bilingual("考核指标", "measure"), measure)
    shown = value.rows[:SHOWN_ROWS]
    about = rows_about(shown)
    rows = [_row(number, one, about.get((one[0], one[1]), HIDDEN), value.kind) for number, one in enumerate(shown, 1)]
    return {
        **measure_names(measure),
        "appraisal": row.pk,
        "person": row.user.name,
        "period": row.period.name,
        "revision": value.revision,
        "revisions": [one.revision for one in values],
        "definition": value.definition,
        "reason": value.reason,
        "branch_rate": plain(value.branch_rate),
        "count": len(value.rows),
        "hidden": sum(not one["is_visible"] for one, (model, *_) in zip(rows, shown, strict=True) if model),
        "rows": rows,
    }


def _row(number: int, stored: list[Any], about: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return a row with its number; amounts of money only for clients that the reader sees and is cleared for."""
    is_shown = kind != TRIMMED or (about["is_visible"] and may_show_amounts(kind))
    return {
        "number": number,
        "value": stored[2] if is_shown else None,
        "weight": stored[3] if is_shown else None,
        **about,
    }


def rows_about(stored: list[list[Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    """Return {(model, id): {is_visible, client: {id, name} or None, what}} of the rows that the reader sees."""
    by_model: dict[str, list[int]] = {}
    for model, pk, _, _ in stored:
        if not model:  # a number without a reference, as of surveys
            continue
        by_model.setdefault(model, []).append(pk)
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for label, ids in by_model.items():
        if not may_open(label):
            continue
        for pk, about in _visible_rows_about(label, ids):
            found[label, pk] = {"is_visible": True, **about}
    return found


def _visible_rows_about(label: str, ids: list[int]) -> list[tuple[int, dict[str, Any]]]:
    """Return the subjects of visible rows of one table as text, masked as elsewhere."""
    model = model_of(label)
    rows = model.objects.filter(pk__in=ids)
    has_client = any(column.name == "client" for column in model._meta.concrete_fields)
    rows = rows.select_related("client") if has_client else rows
    clearance, result = current_actor().clearance, []
    for row in rows:
        client = row if label == "clients.Client" else (row.client if has_client else None)
        named = {"id": client.pk, "name": name_of(client, clearance)} if client is not None else None
        result.append((row.pk, {"client": named, "what": "" if row is client else _row_title(row, label)}))
    return result


def _row_title(row: Any, label: str) -> str:
    """Return the day and kind of a row as text without values subject to clearance."""
    for column in ("due_at", "held_at", "starts_at", "due_on", "closed_on", "held_on"):
        value = getattr(row, column, None)
        if value is not None:
            day = clock.local(value).date() if hasattr(value, "hour") else value
            return f"{model_of(label).names.singular} · {day.isoformat()}"
    return str(model_of(label).names.singular)

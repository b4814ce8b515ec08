"""The end of each client's retention, from the newest related record of every kind."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Max, Q

from dakehu.domains.compliance.privacy import rules, terms
from dakehu.domains.compliance.privacy.models import PrivacyRequest
from dakehu.domains.compliance.privacy.rules import KeptUntil
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.records.recorded import UNTRACKED
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.references import references_to

CLIENT = "clients.Client"


def kept_until(clients: Iterable[int]) -> dict[int, KeptUntil]:
    """Return {client: end of retention}. Run as an actor who sees these clients.

    The relation ends with its newest record. Dates after the day on which processing was restricted, or after today, do
    not count as records: an agreed end, a future day.
    """
    ids, today = sorted(set(clients)), clock.today()
    known = terms.terms(today)
    ends = _restricted_on(ids)
    records: dict[int, list[tuple[str, date, int]]] = {pk: [] for pk in ids}
    for end in sorted({ends.get(pk, today) for pk in ids}):
        some = [pk for pk in ids if ends.get(pk, today) == end]
        for model, key in _tables():
            years = terms.years_of(model, known)
            for client, day in _newest_days(model, key, some, end):
                records[client].append((model._meta.label, min(day, end), years))
    found = {client: rules.kept_until(kept) for client, kept in records.items()}
    return {client: kept for client, kept in found.items() if kept is not None}


def _tables() -> list[tuple[Any, str]]:
    """Return (model, lookup of its client) for clients and for every table that references them."""
    client = model_of(CLIENT)
    hanging = [(model, key.attname) for model, key in references_to(client) if model is not PrivacyRequest]
    return [(client, "pk"), *hanging]


def _restricted_on(ids: list[int]) -> dict[int, date]:
    rows = PrivacyRequest.objects.filter(client_id__in=ids, client__restricted=True).exclude(status_before="")
    return {row.client_id: row.decided_on for row in rows.order_by("pk") if row.decided_on}


def _newest_days(model: Any, key: str, ids: list[int], end: date) -> list[tuple[int, date]]:
    """Return (client, day of the newest record) for the clients that have rows in a table.

    A row's day is the latest of its own dates up to `end`, or the day it was entered if it has none.
    """
    dates = [
        column
        for column in model._meta.concrete_fields
        if isinstance(column, models.DateField) and column.name not in UNTRACKED
    ]
    newest: dict[str, Any] = {f"newest_{one.name}": Max(one.name, filter=_up_to_condition(one, end)) for one in dates}
    found = []
    for some in chunks(ids):
        rows: Any = models.QuerySet(model).filter(**{f"{key}__in": some}).order_by().values_list(key)
        for client, entered, *days in rows.annotate(entered=Max("created_at"), **newest):
            come = [_day(one) for one in days if one is not None]
            found.append((client, max(come) if come else _day(entered)))
    return found


def _up_to_condition(column: Any, end: date) -> Q:
    """Return the condition for values of a date or moment up to a day."""
    if isinstance(column, models.DateTimeField):
        return Q(**{f"{column.name}__lt": clock.start_of_day(end + timedelta(days=1))})
    return Q(**{f"{column.name}__lte": end})


def _day(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value

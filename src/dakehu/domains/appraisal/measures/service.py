"""Measures of service: moments, answers, requests and promises, read from service records."""

from bisect import bisect_right
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q

from dakehu.domains.appraisal.measures.registry import Measure, Span, declare
from dakehu.domains.appraisal.measures.rules import MEDIAN, ONE, SHARE, ZERO, Row
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import model_of

Rows = dict[int, list[Row]]
LOOK_BACK = timedelta(days=60)  # before a period, for the trading days of requests that are still in it


def moments(span: Span) -> Rows:
    """Return the mandatory moments due in a span by owner; numerator: done in time."""
    end = min(clock.start_of_day(span.last_on + timedelta(days=1)), clock.now())
    found = model_of("service.Moment").objects.filter(
        mandatory=True,
        compliance_only=False,
        owner_id__in=span.users,
        due_at__gte=clock.start_of_day(span.first_on),
        due_at__lt=end,
    )
    away = _absences_by_person(span)
    rows: Rows = defaultdict(list)
    for pk, owner, state, fired_on, due_at, worked_at in found.exclude(state="lapsed").values_list(
        "pk", "owner_id", "state", "fired_on", "due_at", "worked_at"
    ):
        due_on = clock.local(due_at).date()
        if any(first <= fired_on and due_on <= last for first, last in away.get(owner, ())):
            continue
        in_time = state == "done" and worked_at is not None and worked_at <= due_at
        rows[owner].append(Row("service.Moment", pk, ONE if in_time else ZERO, ONE))
    return rows


def _absences_by_person(span: Span) -> dict[int, list[tuple[date, date]]]:
    """Return {person: absences} that overlap a span."""
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    rows = model_of("service.Absence").objects.filter(
        user_id__in=span.users, first_on__lte=span.last_on, last_on__gte=span.first_on
    )
    for user, first, last in rows.values_list("user_id", "first_on", "last_on"):
        found[user].append((first, last))
    return found


def promises(span: Span) -> Rows:
    """Return the promises due in a span by the person who gave them; numerator: kept by the day."""
    found = model_of("service.Interaction").objects.filter(
        staff_id__in=span.users, promise_due_on__gte=span.first_on, promise_due_on__lte=span.until
    )
    rows: Rows = defaultdict(list)
    for pk, staff, due_on, kept_on in found.exclude(promise="").values_list(
        "pk", "staff_id", "promise_due_on", "promise_kept_on"
    ):
        if kept_on is None and due_on >= span.as_of:
            continue
        is_kept = kept_on is not None and kept_on <= due_on
        rows[staff].append(Row("service.Interaction", pk, ONE if is_kept else ZERO, ONE))
    return rows


def requests_on_time(span: Span) -> Rows:
    """Return the requests due in a span by owner; numerator: closed by the day."""
    found = model_of("service.Request").objects.filter(
        owner_id__in=span.users, due_on__gte=span.first_on, due_on__lte=span.until
    )
    rows: Rows = defaultdict(list)
    for pk, owner, due_on, closed_on in found.values_list("pk", "owner_id", "due_on", "closed_on"):
        if closed_on is None and due_on >= span.as_of:
            continue
        is_closed = closed_on is not None and closed_on <= due_on
        rows[owner].append(Row("service.Request", pk, ONE if is_closed else ZERO, ONE))
    return rows


def first_answers(span: Span) -> Rows:
    """Return the trading days from each request of a span to the first human contact or its closing, up to now if neither."""
    model: Any = model_of("service.Request")
    found = list(
        model.objects.filter(
            owner_id__in=span.users, opened_on__gte=span.first_on, opened_on__lte=span.until
        ).values_list("pk", "owner_id", "client_id", "opened_on", "closed_on")
    )
    contacts = _contact_days({client for _, _, client, _, _ in found}, span)
    calendar = trading_days.trading_days_between(span.first_on - LOOK_BACK, span.as_of)
    rows: Rows = defaultdict(list)
    for pk, owner, client, opened_on, closed_on in found:
        first = next((day for day in contacts.get(client, ()) if day >= opened_on), None)
        answered = min(filter(None, (first, closed_on)), default=span.as_of)
        waited = bisect_right(calendar, answered) - bisect_right(calendar, opened_on)
        rows[owner].append(Row("service.Request", pk, Decimal(max(0, waited)), ONE))
    return rows


def _contact_days(clients: set[int], span: Span) -> dict[int, list[date]]:
    """Return {client: days of contact by a person, ascending} from the beginning of a span."""
    found: dict[int, list[date]] = defaultdict(list)
    rows = model_of("service.Interaction").objects.filter(
        Q(staff__isnull=False), client_id__in=clients, held_at__gte=clock.start_of_day(span.first_on)
    )
    for client, held_at in rows.order_by("held_at", "pk").values_list("client_id", "held_at"):
        found[client].append(clock.local(held_at).date())
    return found


declare(
    Measure(
        "mandatory_moments",
        "必做关键时刻按时完成率",
        "Mandatory moments done in time",
        bilingual(
            "分母：考核期内到期的必做事项（自动失效的、整段期间本人休假的除外）；分子：期限前完成。",
            "Of mandatory moments due in the period (not those that lapsed or lay within an absence): done by their deadline.",
        ),
        "1",
        SHARE,
        "share",
        20,
        True,
        Decimal("0.70"),
        Decimal("0.95"),
        moments,
    ),
    Measure(
        "promises_kept",
        "承诺兑现率",
        "Promises kept",
        bilingual(
            "分母：考核期内到期的承诺；分子：到期日及以前兑现。",
            "Of promises due in the period: kept by their day.",
        ),
        "1",
        SHARE,
        "share",
        10,
        True,
        Decimal("0.70"),
        Decimal("1"),
        promises,
    ),
    Measure(
        "requests_on_time",
        "诉求按期办结率",
        "Requests closed in time",
        bilingual(
            "分母：考核期内到期的客户诉求；分子：期限前办结。",
            "Of requests due in the period: closed by their day.",
        ),
        "1",
        SHARE,
        "share",
        10,
        True,
        Decimal("0.70"),
        Decimal("0.98"),
        requests_on_time,
    ),
    Measure(
        "first_answer",
        "首次响应（交易日）",
        "First answer (trading days)",
        bilingual(
            "考核期内受理的诉求到首次人工联系或办结的交易日数的中位数；至今未响应的按已等天数计。工作台只记日期，不记分钟。",
            "Median trading days from a request of the period to the first human contact or its closing; unanswered ones count "
            "as long as they wait. The desk knows days, not minutes.",
        ),
        "1",
        MEDIAN,
        "days",
        20,
        False,
        Decimal(5),
        Decimal(1),
        first_answers,
    ),
)

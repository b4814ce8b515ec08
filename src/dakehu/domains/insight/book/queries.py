"""Queries: the views of the book over time, and the clients of each of their numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.domains.insight.book import (
    answers,
    cohorts,
    concentration,
    flows,
    months,
    products,
    retention,
    service_costs,
    tier_moves,
)
from dakehu.domains.insight.book.clients import BookClients, read_book
from dakehu.domains.insight.book.grids import View, answer_value
from dakehu.domains.insight.book.spans import Span, quarter_before, read_span, span_before
from dakehu.domains.insight.choices import BookView
from dakehu.domains.insight.pivots.queries import FILTERS, PLACE, SIZE
from dakehu.domains.insight.settings.queries import current_settings
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.errors import NotAllowed, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import RECORDED_DOORS, query
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

VIEW = Parameter("view", choice_set=BookView, spec=FieldSpec("视图", "View", example="flows"))
BY = Parameter("by", required=False, spec=FieldSpec("分组", "By", example="opened_on:quarter"))
SINCE = Parameter("since", required=False, spec=FieldSpec("起始月份", "First month", example="2026-07"))
UNTIL = Parameter("until", required=False, spec=FieldSpec("截止月份", "Last month", example="2026-09"))
CELL = Parameter("cell", spec=FieldSpec("数字", "Number", example="flows.0.net"))
ASKED = (BY, SINCE, UNTIL, FILTERS)
YEAR = 12


@dataclass(frozen=True)
class Known:
    """The months with imported balances, ascending."""

    first_days: list[date]

    def read(self, month: date) -> Any:
        return months.read_month(month) if month in self.first_days else None

    def during(self, span: Span) -> list[Any]:
        return [found for month in span.every() if (found := self.read(month)) is not None]

    def before(self, span: Span) -> Any:
        earlier = [month for month in self.first_days if month < span.first]
        return self.read(earlier[-1]) if earlier else None

    def end_of(self, month: date) -> date:
        """Return the last day of a month with imported balances; without any, the day before the month begins."""
        found = self.read(month)
        return found.end if found is not None else month - timedelta(days=1)


@dataclass(frozen=True)
class Kind:
    """How a view is computed: its default grouping, whether its span is the last year, whether it has an earlier one to
    compare, whether it concerns only the end of its span, whether months can be chosen."""

    by: str
    work_out: Callable[[BookClients, Known, Span], View]
    is_year: bool = False
    is_compared: bool = True
    is_as_of: bool = False
    has_months: bool = True


def _flows(clients: BookClients, known: Known, span: Span) -> View:
    return flows.view(clients, known.before(span), known.during(span))


def _cohorts(clients: BookClients, known: Known, span: Span) -> View:
    return cohorts.view(clients, known.before(span), known.during(span))


def _retention(clients: BookClients, known: Known, span: Span) -> View:
    return retention.view(clients, known.during(span))


def _tiers(clients: BookClients, known: Known, span: Span) -> View:
    before = known.before(span)
    opening = before.end if before is not None else span.first - timedelta(days=1)
    return tier_moves.view(clients, opening, known.end_of(span.last))


def _concentration(clients: BookClients, known: Known, span: Span) -> View:
    return concentration.view(clients, known.during(span)[-1])


def _products(clients: BookClients, known: Known, span: Span) -> View:
    return products.view(clients)


def _costs(clients: BookClients, known: Known, span: Span) -> View:
    rate = current_settings().hour_cost
    return service_costs.view(clients, known.before(span), known.during(span), rate)


KINDS = {
    BookView.FLOWS: Kind("tier__code", _flows),
    BookView.COHORTS: Kind("opened_on:year", _cohorts, is_year=True, is_compared=False),
    BookView.RETENTION: Kind("source", _retention, is_year=True, is_compared=False),
    BookView.TIERS: Kind("branch", _tiers),
    BookView.CONCENTRATION: Kind("tier__code", _concentration, is_as_of=True),
    BookView.PRODUCTS: Kind("tier__code", _products, is_compared=False, has_months=False),
    BookView.COSTS: Kind("tier__code", _costs),
}


@dataclass(frozen=True)
class Asked:
    """A requested view: its clients, months and span."""

    kind: Kind
    clients: BookClients
    known: Known
    span: Span

    def view(self, span: Span | None = None) -> View:
        return self.kind.work_out(self.clients, self.known, span or self.span)

    def earlier(self) -> list[tuple[Any, Span]]:
        """Return the known spans to compare with: (label, span)."""
        if not self.kind.is_compared:
            return []
        before = quarter_before(self.span) if self.kind.is_as_of else span_before(self.span)
        spans = [
            (bilingual("上期", "Before"), before),
            (bilingual("上年同期", "A year before"), self.span.moved(-YEAR)),
        ]
        return [(label, span) for label, span in spans if self._is_known(span)]

    def _is_known(self, span: Span) -> bool:
        there = set(self.known.first_days)
        return span.last in there and (
            self.kind.is_as_of or (span.first in there and self.known.before(span) is not None)
        )


def _ask(
    view: str, by: str | None, since: str | None, until: str | None, filters: dict[str, Any] | None
) -> Asked | None:
    """Return the requested view, None if no balances were imported yet. Raises Refused and NotAllowed."""
    if not current_actor().may(Permission.CLIENT_READ):
        raise NotAllowed(bilingual("客户列表", "Clients"), Permission.CLIENT_READ)
    kind = KINDS[BookView(view)]
    clients = read_book(by or kind.by, filters or {})
    known = Known(months.months_known())
    if not known.first_days:
        return None
    if kind.is_year and not since:
        last = read_span(None, until, known.first_days).last
        since = max(Span(last, last).moved(1 - YEAR).first, known.first_days[0]).isoformat()
    return Asked(kind, clients, known, read_span(since, until, known.first_days))


def book(
    view: str,
    by: str | None = None,
    since: str | None = None,
    until: str | None = None,
    filters: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a view as plain values; see insight.book."""
    asked = _ask(view, by, since, until, filters)
    if asked is None:
        return {"view": view, "title": BookView.text_of(view), "missing": str(_NO_BALANCES), "grids": [], "figures": []}
    is_cleared, is_filtered = current_actor().clearance >= PERSONAL, bool(filters)
    found = asked.view()
    earlier = [(label, span, asked.view(span)) for label, span in asked.earlier()]
    return {
        "view": view,
        "title": BookView.text_of(view),
        "by": by or asked.kind.by,
        "by_label": asked.clients.by.label,
        "since": f"{asked.span.first:%Y-%m}",
        "until": f"{asked.span.last:%Y-%m}",
        "span": asked.span.name,
        "months": [f"{month:%Y-%m}" for month in asked.known.first_days] if asked.kind.has_months else [],
        "is_as_of": asked.kind.is_as_of,
        "clients": asked.clients.size,
        "as_of": asked.known.end_of(asked.span.last).isoformat(),
        "missing": "",
        **answers.answer(found, earlier, is_cleared=is_cleared, is_filtered=is_filtered),
    }


@query(
    "insight.book",
    needs=Permission.LEDGER_READ,
    zh="客户资产全景",
    en="The book over time",
    parameters=(VIEW, *ASKED),
)
def book_view(
    *,
    view: str,
    by: str | None = None,
    since: str | None = None,
    until: str | None = None,
    filters: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a view of the visible clients over time: flows, cohorts, retention, tiers, concentration, products or costs.

    `by` is a column as in pivots (default: that of the view), `since` and `until` are months (the quarter of the
    newest balances; the last twelve months of cohorts and retention), `filters` those of the list of clients.
    Returns {view, title, by, by_label, since, until, span, months: that may be chosen, is_as_of: whether only the last of
    them is used, clients, as_of, missing: why there is
    no result, figures: [{label, value, unit, cell, note, compared: [{label, span, value, change}]}], grids: [{name, title,
    row_label, columns: [{name, label, unit}], rows: [{label, cells: [{value, unit, cell, hidden}]}], total}], chart, notes}.
    `cell` names a number to insight.book_clients, whose clients add up to it. Money is in CNY; `hidden` numbers would reveal
    a single client's amount to a reader who may not see it. Raises Refused for an invalid column, month or filter.
    """
    return book(view, by, since, until, filters)


@query(
    "insight.book_clients",
    needs=Permission.LEDGER_READ,
    zh="客户资产全景的客户",
    en="Clients of a number of the book",
    parameters=(VIEW, CELL, *ASKED, PLACE),
)
def book_clients(
    *,
    view: str,
    cell: str,
    by: str | None = None,
    since: str | None = None,
    until: str | None = None,
    filters: dict[str, Any] | None = None,
    offset: int | None = None,
) -> dict[str, Any]:
    """Return the clients of a number of insight.book, a hundred from an offset, and their sum.

    `cell` as the view names it: table.row.column, the row "all" for the total. Returns {clients: [{id, code, name, value}],
    count, total, unit, of: in words, as_of, offset, next}. Clients with the largest value come first. Raises Refused for an
    unknown cell, or one whose amounts are not for the reader.
    """
    asked = _ask(view, by, since, until, filters)
    if asked is None:
        raise refusal("view", _NO_BALANCES.zh, _NO_BALANCES.en)
    found = answers.read_cell(asked.view(), cell)
    if found.is_amount and current_actor().clearance < PERSONAL:
        raise refusal(
            "cell",
            "这个数字由每位客户的金额相加，您的权限不能逐个查看。",
            "This number adds up the amounts of clients, which your rights do not let you see one by one.",
        )
    places = np.flatnonzero(found.mask)
    values = found.values
    if values is not None:
        places = places[np.argsort(-np.abs(values[places]), kind="stable")]
    start = max(offset or 0, 0)
    shown_places = places[start : start + SIZE]
    _check_programs(min(start + SIZE, len(places)))
    ids = asked.clients.ids[shown_places].tolist()
    by_id = {one.pk: one for one in model_of("clients.Client").objects.filter(pk__in=ids)}
    there = [(number, place) for number, place in zip(ids, shown_places.tolist(), strict=True) if number in by_id]
    texts = render_rows([by_id[number] for number, _ in there], ["code", "name"], shown=True)
    return {
        "clients": [
            {
                "id": number,
                "code": text["code"],
                "name": text["name"],
                "value": None if values is None else answer_value(found.unit, values[place].item()),
            }
            for (number, place), text in zip(there, texts, strict=True)
        ],
        "count": len(places),
        "total": answer_value(found.unit, found.total),
        "unit": found.unit,
        "of": found.words,
        "title": BookView.text_of(view),
        "span": asked.span.name,
        "as_of": asked.known.end_of(asked.span.last).isoformat(),
        "offset": start,
        "next": start + SIZE if start + SIZE < len(places) else None,
    }


def _check_programs(number: int) -> None:
    """Raise Refused if a program reads more clients than may be exported without a second person's approval."""
    if current_actor().door in RECORDED_DOORS:
        permits.check_rows(ExportWay.PROGRAMS, model_of("clients.Client").objects.all(), number)


def _declare(view: BookView, zh: str, en: str) -> None:
    """Register a separate query for a view, with the same answer as insight.book."""

    def asked(
        *,
        by: str | None = None,
        since: str | None = None,
        until: str | None = None,
        filters: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        return book(view.value, by, since, until, filters)

    asked.__doc__ = f"Return insight.book of the view {view.value}."
    asked.__name__ = f"{view.value}_view"
    query(f"insight.{NAMES[view]}", needs=Permission.LEDGER_READ, zh=zh, en=en, parameters=ASKED)(asked)


NAMES = {
    BookView.FLOWS: "net_inflow",
    BookView.COHORTS: "cohorts",
    BookView.RETENTION: "retention",
    BookView.TIERS: "tier_migration",
    BookView.CONCENTRATION: "concentration",
    BookView.PRODUCTS: "product_penetration",
    BookView.COSTS: "service_costs",
}
for _view in BookView:
    _declare(_view, _view.zh, _view.en)

_NO_BALANCES = bilingual(
    "还没有收到柜台的日终资产；导入后这里按月算出期初、流入流出、市场与期末。",
    "No end-of-day balances have come yet; once they do, this shows opening, flows, market and closing by month.",
)

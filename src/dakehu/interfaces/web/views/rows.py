"""The rows behind a number: the result of a query, as a table with its count and its sum."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Avg, Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, parse_input, render_rows
from dakehu.foundation.gates.filtering import filter_rows, order_rows
from dakehu.foundation.gates.output import Column, columns_of, plain_of
from dakehu.foundation.gates.pagination import page_of

SIZE = 100
OURS = ("sort", "sum", "mean", "after", "before")
COLUMNS_SHOWN = 9
CLIENT = "clients.Client"


@require_safe
def rows_page(request: HttpRequest, name: str) -> HttpResponse:
    """List the rows of a query. The address has its parameters, filters as in lists, `sort`, `sum` or `mean`."""
    query = QUERIES.get(name)
    if query is None:
        raise NotFound(bilingual("查询", "query"), name)
    if not current_actor().may(query.needs):
        raise NotAllowed(query.label, query.needs)
    given = {key: str(value) for key, value in request.GET.items() if value != ""}
    found = found_rows(name, given)
    order = given.get("sort", "")
    model = found.model
    of = "mean" if "mean" in given else "sum"
    column = _column_to_sum(model, given.get(of, ""))
    page = _page(found, order, given)
    columns = _columns(model, column)
    total = found.order_by().aggregate(count=Count("pk"), **(_total(column, of) if column else {}))
    return render(
        request,
        "rows/page.html",
        {
            "page_title": query.label,
            "columns": columns,
            "lines": _lines(page.rows, columns),
            "count": total["count"],
            "total": plain_of(total["total"]) if column else None,
            "summed": column,
            "of": of,
            "after": _page_address(given, "after", page.after),
            "before": _page_address(given, "before", page.before),
            "as_list": _list_address(model, given),
        },
    )


def found_rows(name: str, given: dict[str, str]) -> Any:
    """Return the rows of a query by the address's parameters. Raises NotFound for a query that lists no rows."""
    query = QUERIES[name]
    known = {parameter.name for parameter in query.parameters}
    filters = {key: value for key, value in given.items() if key not in known and key not in OURS}
    asked: dict[str, Any] = {key: value for key, value in given.items() if key in known}
    takes_filters = "filters" in known
    if takes_filters:
        asked["filters"] = filters
        if given.get("sort") and "order" in known:
            asked["order"] = given["sort"]
    found = query.body(**parse_input(query.parameters, asked))
    if not isinstance(found, QuerySet):
        raise NotFound(bilingual("列表", "list"), name)
    return found if takes_filters else filter_rows(found, filters, given.get("sort", ""))


def _page(found: Any, order: str, given: dict[str, str]) -> Any:
    """Return one page of rows; by default in the order of the query."""
    if order:
        return page_of(found, order, SIZE, after=given.get("after", ""), before=given.get("before", ""))
    return _First(list(found[:SIZE]))


class _First:
    """Return the first rows of a list in the order of its query, which cannot be paged."""

    before = after = ""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows


def _column_to_sum(model: Any, name: str) -> Column | None:
    """Return the column to sum. Raises Refused for one that the reader may not see in clear."""
    if not name:
        return None
    field, _ = order_rows(model, name)[0]
    columns = columns_of(model, [field.name])
    if not columns or columns[0].kind not in ("money", "number", "rate"):
        raise Refused({name: [bilingual("这一列不能合计。", "This column cannot be summed.")]})
    return columns[0]


def _total(column: Column, of: str) -> dict[str, Any]:
    """Return the aggregate that a number is compared with."""
    return {"total": Avg(column.name) if of == "mean" else Sum(column.name)}


def _columns(model: Any, summed: Column | None) -> list[Column]:
    """Return the columns of the table: those that lists show by default, and the summed one."""
    listed = [column for column in columns_of(model) if column.spec.listed and column.kind not in ("json", "sealed")]
    shown = [column for column in listed if summed is None or column.name != summed.name][:COLUMNS_SHOWN]
    return [*shown, summed] if summed is not None else shown


def _lines(rows: list[Any], columns: list[Column]) -> list[list[dict[str, Any]]]:
    """Return the cells of each row: text or number, and the address of the client."""
    names = [column.name for column in columns]
    texts, plain = render_rows(rows, names, shown=True), render_rows(rows, names)
    lines = []
    for row, text, value in zip(rows, texts, plain, strict=True):
        client = row.pk if row._meta.label == CLIENT else getattr(row, "client_id", None)
        lines.append([_cell(column, text[column.name], value[column.name], client) for column in columns])
    return lines


def _cell(column: Column, text: Any, value: Any, client: int | None) -> dict[str, Any]:
    """Return one cell."""
    names_client = column.name in ("client", "name") and client is not None
    return {
        "kind": column.kind,
        "text": text,
        "value": value,
        "url": f"/clients/{client}/" if names_client else "",
        "label": column.label,
    }


def _page_address(given: dict[str, str], name: str, place: str) -> str:
    """Return the address of the next or previous page."""
    kept = {key: value for key, value in given.items() if key not in ("after", "before")}
    return "?" + urlencode({**kept, name: place}) if place else ""


def _list_address(model: Any, given: dict[str, str]) -> str:
    """Return the address of the same clients in the list of clients, where they can be worked on."""
    if model._meta.label != CLIENT:
        return ""
    return "/clients/?" + urlencode({key: value for key, value in given.items() if key not in OURS or key == "sort"})

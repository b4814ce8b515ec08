"""The pivot page: defined by choosing fields, with table, picture, clients of every cell, saving, sharing and Excel."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.exchange.pivots import service as pivot_workbooks
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.web import pivots
from dakehu.interfaces.web.views.imports.wizard import download_response

CRUMB = {"label": bilingual("透视分析", "Pivot"), "url": "/pivot/"}
CHARTS = {
    "bar": bilingual("柱形图", "Bars"),
    "line": bilingual("折线图", "Line"),
    "pie": bilingual("饼图", "Pie"),
    "heat": bilingual("热力图", "Heat map"),
    "funnel": bilingual("漏斗", "Funnel"),
    "table": bilingual("只看表格", "Table only"),
}
KINDS = {
    "choice": bilingual("选项与人员", "Choices and people"),
    "date": bilingual("日期", "Dates"),
    "amount": bilingual("金额区间", "Bands of amounts"),
    "fact": bilingual("夜间指标", "Facts of the night"),
}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?rows=branch&columns=risk_level&measure=sum:assets&top=10&chart=bar, every other name is a filter. ?report=3 opens a
    saved one, ?question= one in natural language."""
    saved = ask("insight.reports", {"kind": "pivot"})
    chosen = next((one for one in saved if str(one["id"]) == request.GET.get("report")), None)
    definition = pivots.definition_of(request.GET)
    if chosen is not None and "rows" not in definition:
        definition = {"filters": {}, **chosen["definition"]}
    if request.GET.get("add_column") or request.GET.get("of"):
        return HttpResponseRedirect(f"/pivot/?{pivots.address_of(definition)}")
    fields = ask("insight.pivot_fields", {})
    fields["snapshot"] = pivots.moment(fields["snapshot"] or "")
    content: dict[str, Any] = {
        "page_title": CRUMB["label"],
        "definition": definition,
        "saved": saved,
        "chosen": chosen,
        "choices": _choices(fields, definition),
        "filters": [
            {**one, "without": _address_without(definition, one["key"])}
            for one in ask("insight.filter_words", {"filters": definition["filters"]})
        ]
        if definition["filters"]
        else [],
        "address": pivots.address_of(definition),
        "fields": fields,
        "charts": [(name, label, definition.get("chart", "bar") == name) for name, label in CHARTS.items()],
        "dashboards": [one for one in ask("insight.reports", {"kind": "dashboard"}) if one["is_own"]],
        "question": request.GET.get("question", ""),
        "has_search": bool(request.GET.get("q")),
        "may_export": current_actor().may(Permission.EXPORT),
    }
    if content["question"]:
        return _render_answer(request, content)
    if "rows" in definition:
        try:
            content["pivot"] = pivots.draw_pivot(definition, ask("insight.pivot", pivots.asked_of(definition)))
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            content["fault"] = "；".join(texts[0] for texts in refused.as_plain().values())
    return render(request, "insight/pivot.html", content)


def _render_answer(request: HttpRequest, content: dict[str, Any]) -> HttpResponse:
    """Convert a question into filters of the pivot, or show what was not understood."""
    try:
        reading = ask("insight.question", {"text": content["question"]})
    except Refused as refused:
        content["fault"] = next(iter(refused.as_plain().values()))[0]
        return render(request, "insight/pivot.html", content)
    if not reading["not_understood"]:
        definition = {"rows": "risk_level", **content["definition"], "filters": reading["filters"]}
        return HttpResponseRedirect(f"/pivot/?{pivots.address_of(definition)}")
    return render(request, "insight/pivot.html", {**content, "reading": reading})


def _address_without(definition: dict[str, Any], key: str) -> str:
    left = {name: value for name, value in definition["filters"].items() if name != key}
    return "/pivot/?" + pivots.address_of({**definition, "filters": left})


def _choices(fields: dict[str, Any], definition: dict[str, Any]) -> dict[str, Any]:
    """Return the choices of the menus of rows, columns and measure."""
    groups: dict[str, list[dict[str, str]]] = {kind: [] for kind in KINDS}
    for one in fields["dimensions"]:
        kind = "fact" if one["is_fact"] else one["kind"] if one["kind"] in KINDS else "choice"
        if one["kind"] == "date":
            for period in fields["periods"]:
                name = f"{one['name']}:{period['value']}"
                groups[kind].append({"value": name, "label": f"{one['label']} · {period['label']}"})
        else:
            groups[kind].append({"value": one["name"], "label": one["label"]})
    name, _, column = definition.get("measure", "count").partition(":")
    return {
        "dimensions": [(str(KINDS[kind]), options) for kind, options in groups.items() if options],
        "measure": name,
        "of": column,
        "measured": _measurable_columns(fields),
    }


def _measurable_columns(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the columns for measures: numbers, then grouping columns, for counts of distinct values."""
    numbers = {one["name"] for one in fields["measures"]}
    return [*fields["measures"], *(one for one in fields["dimensions"] if one["name"] not in numbers)]


@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    """The clients of a cell: `row`, `column` and `offset` in addition to the definition."""
    definition = pivots.definition_of(request.GET)
    cell = {name: request.GET[name] for name in ("row", "column", "offset") if request.GET.get(name)}
    found = ask("insight.pivot_clients", {**pivots.asked_of(definition), **cell})
    address = pivots.address_of(definition)
    here = {name: value for name, value in cell.items() if name != "offset"}
    as_list = None
    if found["filters"] is not None:
        as_list = "/clients/?" + pivots.address_of({"filters": found["filters"]})
    content = {
        "page_title": bilingual("单元格的客户", "Clients of the cell"),
        "crumbs": [{**CRUMB, "url": f"/pivot/?{address}"}],
        "found": {**found, "as_of": pivots.moment(found["as_of"])},
        "number": pivots.cell_number(found["measure"]["unit"], found["total"]),
        "as_list": as_list,
        "next": f"?{pivots.address_of(definition, **here, offset=found['next'])}" if found["next"] else "",
        "has_values": any(one["value"] is not None for one in found["clients"]),
    }
    return render(request, "insight/clients.html", content)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save the pivot of the address under a name."""
    definition = pivots.definition_of(_form_address(request))
    row = perform(
        "insight.save_report",
        {
            "kind": "pivot",
            "name": request.POST.get("name", ""),
            "sharing": request.POST.get("sharing") or "none",
            "definition": definition,
        },
    )
    messages.success(request, str(bilingual("透视表“{name}”已保存。", "Pivot “{name}” saved.", name=row.name)))
    return HttpResponseRedirect(f"/pivot/?{pivots.address_of(definition, report=row.pk)}")


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a saved pivot of one's own."""
    perform("insight.delete_report", {"report": pk})
    messages.success(request, str(bilingual("透视表已删除。", "Pivot deleted.")))
    return HttpResponseRedirect("/pivot/")


@require_POST
def add_to_dashboard(request: HttpRequest) -> HttpResponse:
    """Add the pivot of the address to a dashboard of one's own, or to a new one."""
    definition = pivots.definition_of(_form_address(request))
    number = request.POST.get("dashboard", "")
    if not number:
        name = str(bilingual("我的看板", "My dashboard"))
        number = str(
            perform("insight.save_report", {"kind": "dashboard", "name": name, "definition": {"cards": []}}).pk
        )
    shape = definition.get("chart", "bar")
    card = {**pivots.asked_of(definition), "title": request.POST.get("title", ""), "shape": shape}
    perform("insight.add_card", {"report": number, **card})
    return HttpResponseRedirect(f"/dashboards/?dashboard={number}&arrange=1")


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The pivot of the address as a workbook with a native pivot table, of the reader's own rows."""
    definition = pivots.definition_of(_form_address(request))
    try:
        name, content = pivot_workbooks.export_pivot(pivots.asked_of(definition))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, "；".join(texts[0] for texts in refused.as_plain().values()))
        return HttpResponseRedirect(f"/pivot/?{pivots.address_of(definition)}")
    return download_response(name, content)


@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Take a snapshot in the background."""
    perform("insight.take_snapshot", {})
    messages.success(
        request,
        str(
            bilingual("正在生成快照，完成后刷新本页。", "A snapshot is being taken; reload this page when it is done.")
        ),
    )
    return HttpResponseRedirect(f"/pivot/?{urlencode(_form_address(request))}")


def _form_address(request: HttpRequest) -> dict[str, str]:
    """Return the address that a form was sent from."""
    return {key: str(value) for key, value in QueryDict(request.POST.get("query", "")).items()}

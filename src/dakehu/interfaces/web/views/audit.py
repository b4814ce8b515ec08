"""The audit page: who did what, when, to which client, and whether the record is still valid."""

import csv
import io
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from dakehu.domains.clients import queries as clients
from dakehu.domains.team import audit_export, audit_queries
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.labels import act_labels
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.gates import QUERIES, parse_input, perform, render_rows
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.schema.fields import described_fields, model_of
from dakehu.interfaces.web.views.audit_notes import note_lines, reason_text
from dakehu.interfaces.web.views.imports.wizard import download_response

SHOWN = 40
KINDS: dict[str, tuple[Bilingual, str]] = {
    "created": (bilingual("新增", "Created"), "good"),
    "changed": (bilingual("修改", "Changed"), "accent"),
    "deleted": (bilingual("删除", "Deleted"), "bad"),
    "opened": (bilingual("查看加密信息", "Sealed value opened"), "warn"),
    "many": (bilingual("批量写入", "Written in bulk"), "violet"),
}
DOORS = {
    "web": bilingual("网页", "Web"),
    "api": bilingual("接口", "API"),
    "cli": bilingual("命令行", "Command line"),
    "mcp": bilingual("AI 助手", "Assistant"),
    "worker": bilingual("后台", "Background"),
    "workbook": bilingual("工作簿", "Workbook"),
}
SYSTEM = bilingual("系统", "System")
FILTERS = ("actor", "action", "client", "since", "until", "sign_ins")


def trail(request: HttpRequest) -> HttpResponse:
    held, asked = _read_filters(request.GET)
    faults: dict[str, list[str]] = {}
    rows: list[dict[str, Any]] = []
    days: list[dict[str, Any]] = []
    paged = {"before": request.GET["before"]} if request.GET.get("before", "").isdigit() else {}
    try:
        wanted = parse_input(QUERIES["team.audit"].parameters, {**asked, **paged, "limit": SHOWN + 1})
        rows = audit_queries.audit_trail(**wanted)
        days = audit_queries.audit_days(**parse_input(QUERIES["team.audit_days"].parameters, asked))
    except Refused as refused:
        faults = refused.as_plain()
    people = audit_queries.audit_people()
    more = len(rows) > SHOWN
    rows = rows[:SHOWN]
    last = rows[-1]["id"] if more else None
    kept = {name: value for name, value in held.items() if value}
    return render(
        request,
        "audit/page.html",
        {
            "page_title": bilingual("操作日志", "Audit trail"),
            "page_note": bilingual("谁在何时做了什么", "Who did what, and when"),
            "rows": _add_client_names(rows),
            "held": held,
            "faults": faults,
            "people": [("", bilingual("所有人", "Everybody")), *((p, _shown_name(p)) for p in people)],
            "actions": _actions(),
            "narrowed": bool(kept),
            "ranges": _ranges(kept),
            "chart": _chart(days, kept),
            "may_export": audit_export.can_export(),
            "older": "?" + urlencode({**kept, "before": last}) if last else "",
            "newest": "?" + urlencode(kept) if paged else "",
        },
    )


def _shown_name(actor: str) -> str:
    """Return the name of the actor as shown to readers."""
    return str(SYSTEM) if actor == "system" else actor


def _read_filters(given: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the values of the filter boxes, and the query's parameters: sign-ins are excluded by default."""
    held = {name: given.get(name, "").strip() for name in FILTERS}
    held["action"] = current_name(Kind.ACTION, held["action"])
    asked: dict[str, Any] = {name: value for name, value in held.items() if value and name != "client"}
    asked["sign_ins"] = "1" if held["sign_ins"] else "0"
    if held["client"]:
        asked["client"] = list(clients.clients(text=held["client"], order="code").values_list("pk", flat=True)[:500])
    return held, asked


def _ranges(kept: dict[str, str]) -> list[dict[str, Any]]:
    """Return links to the usual spans of days, with the other filters unchanged."""
    today = clock.today()
    spans = (
        (bilingual("今天", "Today"), today),
        (bilingual("近 7 天", "7 days"), today - timedelta(days=6)),
        (bilingual("近 30 天", "30 days"), today - timedelta(days=29)),
        (bilingual("本月", "This month"), today.replace(day=1)),
    )
    others = {name: value for name, value in kept.items() if name not in ("since", "until")}
    return [
        {
            "label": label,
            "url": "?" + urlencode({**others, "since": since.isoformat()}),
            "current": kept.get("since") == since.isoformat() and not kept.get("until"),
        }
        for label, since in spans
    ]


def _chart(days: list[dict[str, Any]], kept: dict[str, str]) -> list[dict[str, Any]]:
    """Return bars of the entries by day, in a picture of 100 by 40: position, size and the filter of a click."""
    most = max((day["entries"] for day in days), default=0)
    if not most:
        return []
    width = 100 / len(days)
    return [
        {
            **day,
            "x": round(place * width + width * 0.12, 2),
            "width": round(width * 0.76, 2),
            "height": round(38 * day["entries"] / most, 2),
            "y": round(40 - 38 * day["entries"] / most, 2),
            "url": "?" + urlencode({**kept, "since": day["day"].isoformat(), "until": day["day"].isoformat()}),
        }
        for place, day in enumerate(days)
    ]


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Return the filtered entries as a table; the export itself is recorded as an entry."""
    _, asked = _read_filters(request.POST)
    rows = _add_client_names(perform("team.export_audit", asked))
    table = io.StringIO()
    writer = csv.writer(table)
    heads = (
        bilingual("条目", "Entry"),
        bilingual("时间", "Time"),
        bilingual("操作人", "Person"),
        bilingual("渠道", "Through"),
        bilingual("操作", "Action"),
        bilingual("客户", "Client"),
        bilingual("原因", "Reason"),
        bilingual("变更", "Changes"),
        bilingual("校验值", "Seal"),
    )
    writer.writerow([str(head) for head in heads])
    for row in rows:
        at = clock.local(row["at"]).strftime("%Y-%m-%d %H:%M:%S")
        cells = (
            _shown_name(row["actor"]),
            row["door_text"],
            row["action_text"],
            row["client_name"],
            row["reason"],
            _changes_text(row),
        )
        writer.writerow([row["id"], at, *(_escape_formula(str(cell)) for cell in cells), row["seal"]])
    name = str(bilingual("操作日志-{day}.csv", "audit-{day}.csv", day=clock.today().isoformat()))
    return download_response(name, table.getvalue().encode("utf-8-sig"))


def _escape_formula(text: str) -> str:
    """Return a text that no spreadsheet interprets as a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _changes_text(row: dict[str, Any]) -> str:
    """Return the changes of an entry as one text."""
    parts = []
    for change in row["shown"]:
        fields = "，".join(f"{f['label']} {f['before'] or '–'} → {f['after'] or '–'}" for f in change["fields"])
        parts.append(f"{change['word']}{change['what']} {fields}".strip())
    return "；".join(parts)


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    from django.contrib import messages

    verdict = audit_queries.verify_audit()
    if verdict["changed"]:
        first = verdict["changed"][0]
        text = bilingual(
            "操作日志链完好，但 {n} 行现有数据与记录不符，首先是 {model} {id} {field}。请立即通知合规，并保留数据库现状。",
            "The chain holds, but {n} current rows differ from it, first {model} {id} {field}. "
            "Tell compliance at once and leave the database as it is.",
            n=len(verdict["changed"]),
            model=first["model"],
            id=first["id"],
            field=first["field"],
        )
        messages.error(request, str(text))
    elif verdict["broken"] is None:
        text = bilingual(
            "已核验 {n} 条操作日志，全部完好。", "Checked {n} entries; every one holds.", n=f"{verdict['entries']:,}"
        )
        messages.success(request, str(text))
    else:
        text = bilingual(
            "第 {id} 条操作日志被破坏（共读到 {n} 条）。请立即通知合规，并保留数据库现状。",
            "Entry {id} does not hold ({n} read). Tell compliance at once and leave the database as it is.",
            id=verdict["broken"],
            n=f"{verdict['entries']:,}",
        )
        messages.error(request, str(text))
    back = request.POST.get("next", "")
    return redirect("system" if back == "system" else "audit")


def _actions() -> list[tuple[str, Any]]:
    named = {name: str(label) for name, label in act_labels().items()}
    labels = sorted(named.items(), key=lambda pair: pair[1])
    return [("", bilingual("所有操作", "Every action")), *labels]


def _add_client_names(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the names of clients the reader may see; the others remain without a name."""
    numbers = {row["client"] for row in rows if row["client"]}
    seen = clients.clients(order="code").filter(pk__in=numbers)
    named = {c["id"]: c["name"] for c in render_rows(seen, ["name"], shown=True)}
    names: dict[tuple[str, Any], str] = {("clients.Client", pk): name for pk, name in named.items()}
    for row in rows:
        row["client_name"] = named.get(row["client"], "")
        row["who"] = _shown_name(row["actor"])
        row["door_text"] = DOORS.get(row["door"], row["door"])
        row["notes"] = note_lines(row["note"])
        row["reason"] = reason_text(row["reason"])
        row["shown"] = [_change(change, names) for change in row["changes"]]
    return rows


def _change(change: dict[str, Any], names: dict[tuple[str, Any], str]) -> dict[str, Any]:
    """Return one row's change as text: kind of row, kind of change, each field before and after."""
    word, tone = KINDS.get(change["kind"], (bilingual("其他", "Other"), ""))
    made: dict[str, Any] = {"word": word, "tone": tone, "what": change["model_text"], "pk": change["pk"], "fields": []}
    try:
        model = model_of(change["model"])
    except (LookupError, ValueError):
        return made
    if change["kind"] == "many":
        after = change["after"]
        made["counts"] = [
            (bilingual("新增", "created"), _count(after.get("created", []))),
            (bilingual("修改", "changed"), _count(after.get("changed", []))),
            (bilingual("删除", "removed"), _count(after.get("removed", []))),
        ]
        return made
    facts = {f.attname: (f, known) for _, f, known in described_fields(model)}
    for attname in {**change["before"], **change["after"]}:
        if attname in facts:
            f, known = facts[attname]
            before, after = (_text(f, side.get(attname), names) for side in (change["before"], change["after"]))
            made["fields"].append({"label": known.label, "before": before, "after": after})
    return made


def _text(f: Any, value: Any, names: dict[tuple[str, Any], str]) -> str:
    if value in (None, ""):
        return ""
    if hasattr(f, "choice_set"):
        return str(f.choice_set.text_of(value))
    if isinstance(value, bool):
        return str(bilingual("是", "Yes") if value else bilingual("否", "No"))
    if f.is_relation:
        key = (f.related_model._meta.label, value)
        if key not in names:
            row = f.related_model.objects.filter(pk=value).first()
            names[key] = name_of(row, current_actor().clearance) if row else f"#{value}"
        return names[key]
    text = str(value)
    return text[:16].replace("T", " ") if len(text) >= 19 and text[10:11] == "T" else text


def _count(numbers: list[Any]) -> int:
    """Return the number of rows of a bulk change: by runs [first, last], or one by one as in older entries."""
    return sum(run[1] - run[0] + 1 if isinstance(run, list) else 1 for run in numbers)

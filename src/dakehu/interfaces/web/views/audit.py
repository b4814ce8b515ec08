"""The audit page: who did what, when, to which client, and whether the record still holds."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from dakehu.domains.clients import queries as clients
from dakehu.domains.team import audit_queries
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.labels import act_labels
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.gates import QUERIES, parse_input, render_rows
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.schema.fields import described_fields, model_of
from dakehu.interfaces.web.views.audit_notes import note_lines, reason_text

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
    "worker": bilingual("后台", "Background"),
    "workbook": bilingual("工作簿", "Workbook"),
}
FILTERS = ("actor", "action", "client", "since", "until")


def trail(request: HttpRequest) -> HttpResponse:
    held = {name: request.GET.get(name, "").strip() for name in FILTERS}
    held["action"] = current_name(Kind.ACTION, held["action"])
    faults: dict[str, list[str]] = {}
    rows: list[dict[str, Any]] = []
    asked: dict[str, Any] = {name: value for name, value in held.items() if value and name != "client"}
    if request.GET.get("before", "").isdigit():
        asked["before"] = request.GET["before"]
    if held["client"]:
        asked["client"] = list(clients.clients(text=held["client"], order="code").values_list("pk", flat=True)[:500])
    try:
        rows = audit_queries.audit_trail(**parse_input(QUERIES["team.audit"].parameters, {**asked, "limit": SHOWN + 1}))
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
            "rows": _with_clients(rows),
            "held": held,
            "faults": faults,
            "people": [("", bilingual("所有人", "Everybody")), *((p, p) for p in people)],
            "actions": _actions(),
            "narrowed": bool(kept),
            "older": "?" + urlencode({**kept, "before": last}) if last else "",
            "newest": "?" + urlencode(kept) if "before" in asked else "",
        },
    )


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


def _with_clients(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Name the clients the reader may see; the others stay without a name."""
    numbers = {row["client"] for row in rows if row["client"]}
    seen = clients.clients(order="code").filter(pk__in=numbers)
    named = {c["id"]: c["name"] for c in render_rows(seen, ["name"], shown=True)}
    names: dict[tuple[str, Any], str] = {("clients.Client", pk): name for pk, name in named.items()}
    for row in rows:
        row["client_name"] = named.get(row["client"], "")
        row["door_text"] = DOORS.get(row["door"], row["door"])
        row["notes"] = note_lines(row["note"])
        row["reason"] = reason_text(row["reason"])
        row["shown"] = [_change(change, names) for change in row["changes"]]
    return rows


def _change(change: dict[str, Any], names: dict[tuple[str, Any], str]) -> dict[str, Any]:
    """One row's change in words: what kind of row, what happened, each field before and after."""
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
    """How many rows a bulk change names: by runs [first, last], or one by one as older entries do."""
    return sum(run[1] - run[0] + 1 if isinstance(run, list) else 1 for run in numbers)

"""Rules of moments: the list, the editor with its table of clauses and versions, and the back-test."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.expressions import Clause, from_clauses
from dakehu.foundation.expressions.clauses import OPERATORS
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.facts import Fact
from dakehu.interfaces.web import drawing, forms

TITLE = bilingual("关键时刻规则", "Rules of moments")
CRUMBS = [{"label": TITLE, "url": "/moments/rules/"}]
SECONDS = 25  # of a back-test in a page; the command line has no limit
BLANK_ROWS = 2
UNITS = (
    ("", bilingual("—", "—")),
    ("万", bilingual("万", "万 (10 thousand)")),
    ("亿", bilingual("亿", "亿 (100 million)")),
    ("元", bilingual("元", "CNY")),
    ("%", bilingual("%", "%")),
    ("天", bilingual("天", "days")),
)
CHANGES = {
    "text": bilingual("条件", "rule"),
    "priority": bilingual("优先级", "priority"),
    "deadline": bilingual("时限", "deadline"),
    "mandatory": bilingual("必做", "mandatory"),
    "name": bilingual("名称", "name"),
}
FIELD_KINDS = {
    "money": bilingual("金额", "money"),
    "number": bilingual("数值", "number"),
    "share": bilingual("比例", "share"),
    "days": bilingual("天数", "days"),
    "day": bilingual("日期", "date"),
    "text": bilingual("文字", "text"),
    "choice": bilingual("选项", "choice"),
    "flag": bilingual("是否", "yes or no"),
}
ASKED = ("name", "priority", "deadline", "mandatory", "note")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All rules, one's own first."""
    rows = ask("service.rules_in_force", {})
    groups = [
        {"title": bilingual("自定义规则", "Rules of our own"), "rows": [row for row in rows if row["is_own"]]},
        {
            "title": bilingual("必做事件", "Mandatory"),
            "rows": [row for row in rows if not row["is_own"] and row["mandatory"]],
        },
        {
            "title": bilingual("选做事件", "Optional"),
            "rows": [row for row in rows if not row["is_own"] and not row["mandatory"]],
        },
    ]
    page = {"page_title": TITLE, "groups": [group for group in groups if group["rows"]], "count": len(rows)}
    return render(request, "moments/rules.html", page)


@require_http_methods(["GET", "POST"])
def editor(request: HttpRequest, kind: str) -> HttpResponse:
    """One rule: its text, its table of clauses, its versions. POST saves a version, or converts the table to text."""
    rule = ask("service.rule", {"kind": kind})
    values, faults, status = dict(rule["values"]), {}, 200
    if request.method == "POST":
        posted = forms.posted_values(request.POST)
        values |= {name: posted[name] for name in ("text", *ASKED) if name in posted}
        values["mandatory"] = "mandatory" in request.POST
        if request.POST.get("do") == "clauses":
            values["text"] = from_clauses(clause_rows(request), facts_of(rule["subject_name"]))
        else:
            try:
                saved = perform("service.edit_rule", answers(request, kind, rule))
                text = bilingual(
                    "已保存第 {n} 版，尚未启用。", "Version {n} is kept, not yet in force.", n=saved.version
                )
                messages.success(request, str(text))
                return redirect("moment-rule", kind=kind)
            except (NotAllowed, NotFound):
                raise
            except Refused as refused:
                faults, status = refused.as_plain(), 422
    return render(request, "moments/rule.html", editor_page(rule, values, faults), status=status)


def editor_page(rule: dict[str, Any], values: dict[str, Any], faults: dict[str, list[str]]) -> dict[str, Any]:
    """Return the context of the editor."""
    checked = ask("service.check_rule", {"text": values["text"], "subject": rule["subject_name"]})
    action = ACTIONS["service.edit_rule"]
    left_out = {parameter.name for parameter in action.parameters} - set(ASKED)
    left_out |= set() if rule["is_own"] else {"name"}
    left_out |= {"mandatory"} if rule["declared_mandatory"] else set()
    asked = forms.questions(action, {**values, "note": values.get("note", "")}, faults, leave_out=left_out)
    fields = [{**field, "kind_text": FIELD_KINDS[field["kind"]]} for field in rule_fields(rule["subject_name"])]
    known = {question.name for question in asked} | {"text"}
    for version in rule["versions"]:
        version["changes_text"] = [CHANGES[name] for name in version["changes"]]
    return {
        "page_title": f"{rule['kind']} {rule['name']}",
        "crumbs": CRUMBS,
        "rule": rule,
        "values": values,
        "checked": checked,
        "faults": faults.get("text", []),
        "whole": [text for name, texts in faults.items() if name not in known for text in texts],
        "questions": asked,
        "fields": fields,
        "clauses": [*(checked.get("clauses") or []), *([{}] * BLANK_ROWS)],
        "is_table": bool(checked.get("clauses")),
        "operators": list(OPERATORS.items()),
        "units": UNITS,
        "seconds": SECONDS,
    }


def answers(request: HttpRequest, kind: str, rule: dict[str, Any]) -> dict[str, Any]:
    """Return the posted values, ready for service.edit_rule."""
    given = forms.answers(ACTIONS["service.edit_rule"], request.POST, changing=False)
    based_on = request.POST.get("based_on", "")
    return {**given, "kind": kind, **({"based_on": based_on} if based_on.isdigit() else {})}


def clause_rows(request: HttpRequest) -> list[Clause]:
    """Return the rows of the table as typed."""
    columns = [request.POST.getlist(f"clause_{name}") for name in ("fact", "operator", "value", "unit")]
    return [Clause(*cells) for cells in zip(*columns, strict=False)]


def rule_fields(subject: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask("service.rule_fields", {"subject": subject})
    return found


def facts_of(subject: str) -> dict[str, Fact]:
    """Return the fields of a subject as the table needs them: by name, with their kind."""
    return {one["name"]: Fact(one["name"], one["label"], one["other"], one["kind"]) for one in rule_fields(subject)}


@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """Create one's own rule from the text of another."""
    try:
        made = perform("service.copy_rule", {name: request.POST.get(name, "") for name in ("kind", "name")})
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("moment-rules")
    messages.success(request, str(bilingual("已复制为 {code}。", "Copied as {code}.", code=made.kind)))
    return redirect("moment-rule", kind=made.kind)


@require_POST
def switch(request: HttpRequest, kind: str) -> HttpResponse:
    """Activate a version, or deactivate the rule."""
    version = request.POST.get("version", "")
    try:
        if version == "off":
            perform("service.switch_off_rule", {"kind": kind})
            text = bilingual("已停用。", "Out of force.")
        else:
            perform("service.switch_on_rule", {"kind": kind, "version": version})
            text = bilingual("已启用，下一次日终后生效。", "In force from the next evening on.")
        messages.success(request, str(text))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("moment-rule", kind=kind)


@require_POST
def check(request: HttpRequest) -> JsonResponse:
    """Return the errors of a text, or how many clients it matches now."""
    given = {name: request.POST.get(name, "") for name in ("text", "subject")}
    found = ask("service.check_rule", given)
    if found["ok"]:
        asked = {"rule": given["text"], "subject": given["subject"], "kind": request.POST.get("kind", "")}
        found["count"] = ask("service.rule_count", asked)
    return JsonResponse(found)


@require_POST
def completion(request: HttpRequest) -> JsonResponse:
    """Return the completions at a position of a text."""
    given = {name: request.POST.get(name, "") for name in ("text", "position", "subject")}
    return JsonResponse({"suggestions": ask("service.complete_rule", given)})


@require_POST
def back_test(request: HttpRequest, kind: str) -> HttpResponse:
    """The back-test of the text: a part of the editor, or a separate page without a script."""
    rule = ask("service.rule", {"kind": kind})
    text = request.POST.get("text", "") or rule["values"]["text"]
    asked = {"kind": kind, "rule": text, "deadline": request.POST.get("deadline", ""), "seconds": str(SECONDS)}
    page: dict[str, Any] = {"rule": rule, "page_title": f"{rule['kind']} {rule['name']}", "crumbs": CRUMBS, "fault": ""}
    try:
        found = ask("service.back_test", asked)
        page |= {"found": found, "pictures": pictures(found["per_day"])}
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        page["fault"] = str(refused)
    inside = request.headers.get("HX-Request")
    template = "moments/back_test.html" if inside else "moments/back_test_page.html"
    return render(request, template, page, status=422 if page["fault"] and not inside else 200)


def pictures(per_day: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the bars of the days, wide and narrow; none without days."""
    if not per_day:
        return []
    rows = [
        {
            "name": str(row["day"]),
            "whole": row["named"],
            "part": row["new"],
            "title": str(
                bilingual(
                    "{day}：命中 {named}，新增 {new}", "{day}: {named} named, {new} new", day=row["day"], **_counts(row)
                )
            ),
        }
        for row in per_day
    ]
    return [drawing.day_bars(rows, width) for width in (drawing.WIDTH, drawing.NARROW)]


def _counts(row: dict[str, Any]) -> dict[str, int]:
    return {"named": row["named"], "new": row["new"]}

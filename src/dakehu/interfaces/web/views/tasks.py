"""Tasks of oneself and of the team, as a list and as a board; one task; checklists; who is away."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of

CRUMBS = [{"label": bilingual("任务", "Tasks"), "url": "/tasks/"}]
WHOSE = {
    "mine": bilingual("我的", "Mine"),
    "team": bilingual("全队", "The team's"),
    "given": bilingual("我交办的", "Given by me"),
}
TABS = (
    ("tasks", "/tasks/", bilingual("列表", "List")),
    ("board", "/tasks/board/", bilingual("看板", "Board")),
    ("checklists", "/tasks/checklists/", bilingual("清单模板", "Checklists")),
    ("absences", "/tasks/absences/", bilingual("休假与代理", "Absences")),
)


def _page(title: Any, tab: str, **more: Any) -> dict[str, Any]:
    """Return the shared context of every page of tasks."""
    tabs = [{"url": url, "label": label, "active": name == tab} for name, url, label in TABS]
    return {"page_title": title, "tabs": tabs, **more}


def _task_filter(request: HttpRequest, default: str) -> dict[str, Any]:
    """Return whose tasks the address requests."""
    whose = request.GET.get("whose", "")
    owner = request.GET.get("owner", "")
    asked: dict[str, Any] = {"whose": whose if whose in WHOSE else default}
    return {**asked, "owner": owner} if owner.isdecimal() else asked


def _owner_choices(asked: dict[str, Any], address: str) -> list[dict[str, Any]]:
    """Return the choices of whose tasks are shown."""
    return [
        {"label": label, "url": f"{address}?whose={name}", "active": asked["whose"] == name and "owner" not in asked}
        for name, label in WHOSE.items()
    ]


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?whose=mine|team|given&owner=3: open tasks in groups, with those of colleagues one deputises for."""
    asked = _task_filter(request, "mine")
    page = _page(
        bilingual("任务", "Tasks"),
        "tasks",
        **ask("service.task_list", asked),
        ways=_owner_choices(asked, "/tasks/"),
        asked=asked,
        here=urlencode(asked),
        standing_in=ask("service.standing_in", {}),
        assignees=ask("service.assignees", {}),
        states=_choices("state"),
        priorities=_choices("priority"),
    )
    inside = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "tasks/list.html" if inside else "tasks/page.html", page)


def _choices(name: str) -> list[tuple[str, str]]:
    """Return the values of a field of tasks with their names."""
    return [(one.value, one.text) for one in model_of("service.Task")._meta.get_field(name).choice_set]


@require_POST
def change_chosen(request: HttpRequest) -> HttpResponse:
    """Change the ticked tasks together, and show the list again."""
    given = {name: request.POST.get(name, "") for name in ("owner", "due_on", "priority", "state")}
    raw = {name: value for name, value in given.items() if value}
    try:
        done = perform("service.change_tasks", {"tasks": request.POST.getlist("tasks"), **raw})
        messages.success(request, str(bilingual("已修改 {n} 项任务。", "{n} tasks changed.", n=done["changed"])))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, " ".join(text for texts in refused.as_plain().values() for text in texts))
    whose = request.POST.get("whose", "")
    return redirect(f"/tasks/?whose={whose}" if whose in WHOSE else "/tasks/")


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """?whose=mine|team|given&owner=3: tasks by state; for htmx only the columns."""
    has_team = len(current_actor().covers) > 1
    asked = _task_filter(request, "team" if has_team else "mine")
    page = _page(
        bilingual("任务看板", "Board of tasks"),
        "board",
        **ask("service.task_board", asked),
        ways=_owner_choices(asked, "/tasks/board/"),
        asked=asked,
        here=urlencode(asked),
        crumbs=CRUMBS,
    )
    inside = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "tasks/columns.html" if inside else "tasks/board.html", page)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One task with its subtasks, dependencies and helpers."""
    found = ask("service.task_detail", {"task": pk})
    page = _page(found["line"]["subject"], "tasks", **found, crumbs=CRUMBS, assignees=ask("service.assignees", {}))
    return render(request, "tasks/one.html", page)


@require_safe
def checklists(request: HttpRequest) -> HttpResponse:
    """The templates with their items."""
    rows = ask("service.checklists", {})["rows"]
    items: dict[int, list[dict[str, Any]]] = {}
    for item in ask("service.checklist_items", {})["rows"]:
        items.setdefault(item["template"]["id"], []).append(item)
    triggers = {
        one.value: one.text for one in model_of("service.ChecklistTemplate")._meta.get_field("trigger").choice_set
    }
    shown = [{**row, "items": items.get(row["id"], []), "trigger_text": triggers[row["trigger"]]} for row in rows]
    page = _page(bilingual("清单模板", "Checklists"), "checklists", rows=shown, crumbs=CRUMBS)
    return render(request, "tasks/checklists.html", page)


@require_safe
def absences(request: HttpRequest) -> HttpResponse:
    """?month=2026-11: who is away on which days, and future absences."""
    month = {"month": request.GET["month"]} if request.GET.get("month") else {}
    page = _page(
        bilingual("休假与代理", "Absences"),
        "absences",
        calendar=ask("service.absence_month", month),
        rows=ask("service.absences", {})["rows"],
        standing_in=ask("service.standing_in", {}),
        crumbs=CRUMBS,
    )
    return render(request, "tasks/absences.html", page)

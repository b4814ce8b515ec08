"""The system page: the state of the desk, its protection, and next steps for the administrator."""

import os
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dakehu.domains.team import audit_queries
from dakehu.domains.team.setup_checklist import setup_checklist
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import clock, env
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform, render_rows
from dakehu.foundation.schema.fields import described_fields, model_of
from dakehu.interfaces.web import forms
from dakehu.interfaces.web.views.system.firm import shown_settings
from dakehu.interfaces.web.views.system.nightly import shown_runs
from dakehu.interfaces.web.views.system.outgoing import shown_ways

SECRETS = ("KEY", "PASSWORD", "URL", "SECRET", "TOKEN")
GIGA = 1 << 30


def state(request: HttpRequest) -> HttpResponse:
    seen = audit_queries.system_state()
    return render(
        request,
        "system/state.html",
        {
            "page_title": bilingual("系统", "System"),
            "page_note": bilingual("版本 {v}", "Version {v}", v=seen["version"]),
            "seen": seen,
            "advice": _advice(seen),
            "checklist": setup_checklist() if current_actor().may(Permission.SYSTEM_WRITE) else [],
            "settings": _settings(),
            "firm": shown_settings(),
            "feeds": [{**row, "rows": f"{row['rows'] or 0:,}"} for row in ask("ledger.feeds", {})],
            "nightly": shown_runs(),
            "backup_age": _days_since(seen["backup"]),
            "close_age": _days_since(seen["close"]),
            "disk": _room(seen["disk"]["free"], seen["disk"]["total"]),
            "memory": _room(seen["memory"]["free"], seen["memory"]["total"]),
            "own": f"{seen['memory']['process'] / (1 << 20):,.0f} MB",
            "may_write": current_actor().may(Permission.SYSTEM_WRITE),
            "leaving": shown_ways(),
        },
    )


def _days_since(at: Any) -> int | None:
    """Return full days since a moment; None without one."""
    return None if at is None else (clock.today() - clock.local(at).date()).days


def _room(free: int, total: int) -> dict[str, Any]:
    return {
        "free": f"{free / GIGA:,.1f} GB",
        "total": f"{total / GIGA:,.1f} GB",
        "used": round(100 * (total - free) / max(total, 1)),
    }


def _advice(seen: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the problems, worst first, each with its remedy."""
    made = []
    if not seen["worker"]["alive"]:
        made.append(
            {
                "kind": "blocking",
                "title": bilingual("后台没有运行", "No worker is running"),
                "text": bilingual(
                    "导入、导出和提醒会一直排队。请运行 dakehu work(dakehu serve 会自带)。",
                    "Imports, exports and reminders wait. Run dakehu work (dakehu serve brings one along).",
                ),
            }
        )
    if seen["disk"]["free"] < 2 * GIGA:
        made.append(
            {
                "kind": "blocking",
                "title": bilingual("磁盘将满", "The disk is nearly full"),
                "text": bilingual(
                    "剩余不足 2 GB，请清理或扩容数据目录所在磁盘。",
                    "Less than 2 GB are left; free or add space where the data directory lies.",
                ),
            }
        )
    if seen["calendar"]["short"]:
        made.append(
            {
                "kind": "note",
                "title": bilingual("交易日历即将到期", "The trading calendar runs out"),
                "text": bilingual(
                    "日历只到 {day}；之后按周一至周五计算。请补录下一年的休市安排。",
                    "It ends on {day}; after that every weekday counts. Add next year's holidays.",
                    day=seen["calendar"]["ends_on"] or "–",
                ),
                "url": "/system/calendar/",
                "action": bilingual("维护日历", "Open the calendar"),
            }
        )
    if seen["database"]["vendor"] == "postgresql" and not seen["database"]["row_security"]:
        made.append(
            {
                "kind": "blocking",
                "title": bilingual("行级安全未生效", "Row security is not active"),
                "text": bilingual(
                    "应用角色不应是表的所有者或超级用户。请按安装说明设置两个角色后重新迁移。",
                    "The application's role must not own the tables or be a superuser. Set up the two roles as the guide says, then migrate.",
                ),
            }
        )
    if seen["worker"]["failed"]:
        made.append(
            {
                "kind": "note",
                "title": bilingual("有任务失败", "Jobs have failed"),
                "text": bilingual(
                    "最近一天有 {n} 个后台任务失败，原因见各自的页面和服务日志。",
                    "{n} background jobs failed within a day; their pages and the server's log say why.",
                    n=seen["worker"]["failed"],
                ),
            }
        )
    return made


def _settings() -> list[dict[str, Any]]:
    """Return every DAKEHU_* setting: its purpose and its value; of secrets only whether they are set."""
    made = []
    for name, (default, zh, en) in sorted(env.SETTINGS.items()):
        given = os.environ.get(name)
        secret = any(word in name for word in SECRETS)
        filed = bool(os.environ.get(f"{name}_FILE"))
        value = (
            str(bilingual("已设置", "Set") if given or filed else bilingual("未设置", "Not set"))
            if secret
            else (given or default)
        )
        made.append({"name": name, "value": value, "given": bool(given or filed), "text": bilingual(zh, en)})
    return made


def calendar(request: HttpRequest) -> HttpResponse:
    rows = audit_queries.trading_days()
    action = ACTIONS["team.set_trading_day"]
    may_write = current_actor().may(action.needs)
    faults: dict[str, Any] = {}
    values: dict[str, Any] = {"trading": False}
    status = 200
    if request.method == "POST":
        raw = forms.answers(action, request.POST, changing=True)
        try:
            day = perform(action.name, raw)
            messages.success(request, str(bilingual("已记下 {on}。", "Noted {on}.", on=day.on.isoformat())))
            return redirect("system-calendar")
        except (NotAllowed, NotFound):
            raise
        except Conflict as conflict:
            faults, status, values = conflict.as_plain(), 409, raw
        except Refused as refused:
            faults, status, values = refused.as_plain(), 422, raw
    elif request.GET.get("on"):
        chosen = render_rows(rows.filter(on=request.GET["on"])) if _is_day(request.GET["on"]) else []
        values = chosen[0] if chosen else {"on": request.GET["on"], "trading": False}
    years: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        shown = render_rows([row], shown=True)[0]
        years.setdefault(row.on.year, []).append({**shown, "open": row.trading, "day": row.on})
    labels = {n: facts.label for n, _, facts in described_fields(model_of("foundation.CalendarDay"))}
    return render(
        request,
        "system/calendar.html",
        {
            "page_title": bilingual("交易日历", "Trading calendar"),
            "page_note": bilingual("只列例外的日子", "Exceptions only"),
            "crumbs": [{"label": bilingual("系统", "System"), "url": "/system/"}],
            "years": years.items(),
            "labels": labels,
            "questions": forms.questions(action, values, faults, leave_out=("version",)),
            "whole": faults.get("", []),
            "version": values.get("row_version", "") or values.get("version", ""),
            "may_write": may_write,
            "state": audit_queries.system_state()["calendar"],
        },
        status=status,
    )


def _is_day(text: str) -> bool:
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

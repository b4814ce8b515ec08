"""What every page shows around its content: menu, saved views, who is signed in."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import Actor, actor_or_none
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.interfaces.web.views.guide import guide_for

# Address, words, icon, the permission that opens it ("" for everybody).
PAGES: tuple[tuple[str, Bilingual, str, str], ...] = (
    ("/", bilingual("今日工作台", "Today"), "list-checks", ""),
    ("/clients/", bilingual("客户", "Clients"), "users", Permission.CLIENT_READ),
    ("/calendar/", bilingual("日程", "Calendar"), "calendar", Permission.SERVICE_READ),
    ("/tasks/", bilingual("任务", "Tasks"), "circle-check", Permission.SERVICE_READ),
    ("/workload/", bilingual("分工与交接", "Workload"), "users-round", Permission.CLIENT_ASSIGN),
    ("/tiers/", bilingual("客户分级", "Client tiers"), "star", Permission.TIERS_READ),
    ("/mail/", bilingual("邮件", "Mail"), "mail", Permission.MAILBOX_READ),
    ("/prospects/", bilingual("线索", "Prospects"), "contact-round", Permission.GROWTH_READ),
    ("/pool/", bilingual("公海", "Pool"), "inbox", Permission.GROWTH_READ),
    ("/opportunities/", bilingual("商机", "Opportunities"), "target", Permission.GROWTH_READ),
    ("/campaigns/", bilingual("营销活动", "Campaigns"), "send", Permission.GROWTH_READ),
    ("/events/", bilingual("客户活动", "Client events"), "users-round", Permission.GROWTH_READ),
    ("/advice/", bilingual("投资建议", "Advice"), "handshake", Permission.POLICY_READ),
    ("/approvals/", bilingual("审批", "Approvals"), "circle-check", Permission.APPROVAL_READ),
    ("/risk/", bilingual("风险监控", "Risk"), "shield", Permission.RISK_READ),
    ("/complaints/", bilingual("投诉", "Complaints"), "flag", Permission.REQUEST_WRITE),
    ("/compliance/", bilingual("合规", "Compliance"), "shield", Permission.COMPLIANCE_READ),
    ("/suitability/", bilingual("适当性", "Suitability"), "shield-check", Permission.SUITABILITY_READ),
    ("/moments/rules/", bilingual("规则", "Rules"), "sliders-horizontal", Permission.MOMENT_RULES),
    ("/market/", bilingual("行情", "Market"), "chart-line", Permission.LEDGER_READ),
    ("/import/", bilingual("导入", "Import"), "upload", Permission.IMPORT),
    ("/export/", bilingual("导出", "Export"), "download", Permission.EXPORT),
    ("/connections/", bilingual("外部连接", "Connections"), "link", Permission.CONNECTION_READ),
    ("/connections/sheets/", bilingual("外部连接", "Connections"), "link", Permission.SHEET_RUN),
    ("/messages/", bilingual("送达记录", "Deliveries"), "mail", Permission.DELIVERY_READ),
    ("/undo/", bilingual("撤销操作", "Undo"), "undo-2", Permission.CLIENT_READ),
    ("/staff/", bilingual("人员与权限", "Staff and rights"), "users-round", Permission.TEAM_WRITE),
    ("/audit/", bilingual("操作日志", "Audit"), "scroll-text", Permission.AUDIT_READ),
    ("/system/", bilingual("系统", "System"), "server", Permission.SYSTEM_READ),
)
LINKS = {
    "home": "/",
    "palette": "/palette",
    "profile": "/me",
    "notices": "/notices/",
    "sign_out": "/sign-out",
    "language": "/language",
}


class Rights:
    """What the reader may do, asked in templates by an action's name: `{% if may.clients.change %}`."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.asked: dict[str, dict[str, bool]] = {}

    def __getitem__(self, room: str) -> dict[str, bool]:
        if room not in self.asked:
            self.asked[room] = self._of(room)
        return self.asked[room]

    def _of(self, room: str) -> dict[str, bool]:
        verbs = [a for name, a in ACTIONS.items() if name.startswith(f"{room}.") and a.is_public]
        if not verbs:
            raise KeyError(room)
        return {a.name.partition(".")[2]: self.actor.may(a.needs) for a in verbs}


def pages_for(actor: Actor) -> list[dict[str, Any]]:
    """The pages that the reader may open and that are there; of several with the same words the first."""
    listed: dict[str, dict[str, Any]] = {}
    for url, label, icon, needs in PAGES:
        if actor.may(needs) and exists(url):
            listed.setdefault(label.zh, {"url": url, "label": label, "icon": icon})
    return list(listed.values())


@cache
def exists(url: str) -> bool:
    try:
        resolve(url)
    except Resolver404:
        return False
    return True


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page needs: menu, views, person, links, rights, and the firm's colours of rise and fall."""
    colours = "red-up" if firm_settings.current("RISE_IS_RED") else "green-up"
    return {**_frame(request), "updown": colours, "watermark": firm_settings.current("WATERMARK")}


def _frame(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    actor = actor_or_none()
    if user is None or not user.is_authenticated or actor is None or actor.user_id is None or user.must_change:
        return {"links": {"language": "/language", "sign_out": "/sign-out"}}
    at = request.path
    nav = pages_for(actor)
    for item in nav:
        item["active"] = at == item["url"] or (item["url"] != "/" and at.startswith(item["url"]))
    views = team.views(page="clients")[:4] if actor.may(Permission.CLIENT_READ) else []
    shown = [
        {
            "label": view.name,
            "url": f"/clients/?view={view.pk}",
            "active": at == "/clients/" and request.GET.get("view") == str(view.pk),
        }
        for view in views
    ]
    role = user.role_text
    detail = f"{role} · {user.team.name}" if user.team_id else role
    links = dict(LINKS)
    links["guide"] = guide_for(at)
    return {
        "nav": nav,
        "nav_views": shown,
        "me": {"name": user.name, "detail": detail},
        "links": links,
        "may": Rights(actor),
    }

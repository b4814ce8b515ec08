"""The context of every page: menu, saved views, signed-in user."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import Actor, actor_or_none
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.i18n import Bilingual, bilingual, language
from dakehu.foundation.gates import ask
from dakehu.interfaces.web.views.guide import guide_for


@dataclass(frozen=True)
class Page:
    """An entry of the menu; `needs` is the permission that opens it, "" for every user."""

    url: str
    label: Bilingual
    icon: str
    needs: str = ""


UNFOLDED_PAGES = 20  # of the menu, on a screen of 900 pixels


@dataclass(frozen=True)
class Section:
    """Pages of one kind of work under a heading; the first section has none. `is_open`: may be unfolded at first."""

    code: str
    label: Bilingual
    pages: tuple[Page, ...]
    is_open: bool = True


MENU = (
    Section(
        "work",
        bilingual("工作", "Work"),
        (
            Page("/", bilingual("今日工作台", "Today"), "list-checks"),
            Page("/clients/", bilingual("客户", "Clients"), "users", Permission.CLIENT_READ),
            Page("/calendar/", bilingual("日程", "Calendar"), "calendar", Permission.SERVICE_READ),
            Page("/tasks/", bilingual("任务", "Tasks"), "circle-check", Permission.SERVICE_READ),
            Page("/mail/", bilingual("邮件", "Mail"), "mail", Permission.MAILBOX_READ),
            Page("/approvals/", bilingual("审批", "Approvals"), "list-checks", Permission.APPROVAL_READ),
            Page("/workload/", bilingual("分工与交接", "Workload"), "users-round", Permission.CLIENT_ASSIGN),
        ),
    ),
    Section(
        "growth",
        bilingual("拓展", "Growth"),
        (
            Page("/prospects/", bilingual("线索", "Prospects"), "contact-round", Permission.GROWTH_READ),
            Page("/pool/", bilingual("公海", "Pool"), "inbox", Permission.GROWTH_READ),
            Page("/opportunities/", bilingual("商机", "Opportunities"), "target", Permission.GROWTH_READ),
            Page("/campaigns/", bilingual("营销活动", "Campaigns"), "send", Permission.GROWTH_READ),
            Page("/events/", bilingual("客户活动", "Client events"), "users-round", Permission.GROWTH_READ),
        ),
    ),
    Section(
        "advice",
        bilingual("投顾与风控", "Advice and risk"),
        (
            Page("/tiers/", bilingual("客户分级", "Client tiers"), "star", Permission.TIERS_READ),
            Page("/suitability/", bilingual("适当性", "Suitability"), "shield-check", Permission.SUITABILITY_READ),
            Page(
                "/suitability/questionnaire/",
                bilingual("测评问卷", "Questionnaire"),
                "list-checks",
                Permission.QUESTIONNAIRE_WRITE,
            ),
            Page("/advice/", bilingual("投资建议", "Advice"), "handshake", Permission.POLICY_READ),
            Page("/risk/", bilingual("风险监控", "Risk"), "chart-line", Permission.RISK_READ),
            Page("/market/", bilingual("行情", "Market"), "chart-line", Permission.LEDGER_READ),
            Page("/complaints/", bilingual("投诉", "Complaints"), "flag", Permission.COMPLAINT_HANDLE),
            Page("/compliance/", bilingual("合规", "Compliance"), "shield", Permission.COMPLIANCE_READ),
            Page("/moments/rules/", bilingual("规则", "Rules"), "sliders-horizontal", Permission.MOMENT_RULES),
        ),
    ),
    Section(
        "care",
        bilingual("客户关怀", "Care"),
        (
            Page("/feedback/", bilingual("客户意见", "Feedback"), "inbox", Permission.FEEDBACK_READ),
            Page("/improvements/", bilingual("改进事项", "Improvements"), "target", Permission.IMPROVEMENT_READ),
            Page("/surveys/", bilingual("问卷", "Surveys"), "message-circle", Permission.SURVEY_READ),
            Page("/outreach/", bilingual("急跌致电", "Calls after a shock"), "phone", Permission.OUTREACH_READ),
            Page("/distress/", bilingual("情绪个案", "Distress"), "heart-handshake", Permission.OUTREACH_READ),
            Page("/record-checks/", bilingual("记录抽检", "Checks of records"), "list-checks", Permission.RECORD_CHECK),
        ),
        is_open=False,
    ),
    Section(
        "learning",
        bilingual("学习", "Learning"),
        (
            Page("/knowledge/", bilingual("知识库", "Knowledge"), "book-open", Permission.LEARNING_READ),
            Page("/learning/", bilingual("我的学习", "My learning"), "bookmark", Permission.LEARNING_READ),
            Page("/learning/path/", bilingual("我的路径", "My path"), "target", Permission.LEARNING_READ),
            Page("/learning/team/", bilingual("团队学习", "Team learning"), "users", Permission.TRAINING_REVIEW),
            Page(
                "/learning/questions/",
                bilingual("题库与试卷", "Question bank"),
                "list-checks",
                Permission.QUESTION_WRITE,
            ),
            Page(
                "/learning/requirements/",
                bilingual("要求与证书", "Requirements"),
                "shield-check",
                Permission.COURSE_WRITE,
            ),
            Page(
                "/learning/ladders/",
                bilingual("路径与职级", "Paths and levels"),
                "list-checks",
                Permission.COURSE_WRITE,
            ),
        ),
        is_open=False,
    ),
    Section(
        "insight",
        bilingual("分析", "Insight"),
        (
            Page("/dashboards/", bilingual("看板", "Dashboards"), "layout-dashboard", Permission.INSIGHT_READ),
            Page("/book-of-business/", bilingual("资产全景", "The book"), "chart-line", Permission.LEDGER_READ),
            Page("/pivot/", bilingual("透视分析", "Pivot"), "chart-column", Permission.INSIGHT_READ),
            Page("/schedules/", bilingual("定期报表", "Scheduled reports"), "send", Permission.INSIGHT_READ),
            Page("/question/", bilingual("文字提问", "Question"), "search", Permission.INSIGHT_READ),
            Page("/predictions/", bilingual("预测模型", "Predictions"), "target", Permission.MODEL_READ),
            Page("/rhythm/", bilingual("联系节奏试算", "Rhythm of contacts"), "phone", Permission.TIERS_WHAT_IF),
        ),
    ),
    Section(
        "people",
        bilingual("人员发展", "People"),
        (
            Page("/appraisal/mine/", bilingual("我的考核", "My appraisal"), "target", Permission.APPRAISAL_OWN),
            Page("/appraisal/team/", bilingual("团队考核", "Team appraisal"), "users-round", Permission.APPRAISAL_TEAM),
            Page("/appraisal/periods/", bilingual("考核期", "Appraisal periods"), "calendar", Permission.APPRAISAL_ALL),
            Page(
                "/appraisal/schemes/",
                bilingual("考核方案", "Appraisal schemes"),
                "sliders-horizontal",
                Permission.APPRAISAL_ALL,
            ),
            Page("/appraisal/bonuses/", bilingual("奖金", "Bonuses"), "star", Permission.BONUS_DECIDE),
        ),
        is_open=False,
    ),
    Section(
        "innovation",
        bilingual("创新", "Innovation"),
        (
            Page("/ideas/", bilingual("创意", "Ideas"), "star", Permission.IDEAS),
            Page("/trials/", bilingual("试点", "Trials"), "git-compare", Permission.TRIAL_READ),
            Page("/services/", bilingual("服务目录", "Service catalogue"), "book-open", Permission.CATALOGUE_READ),
        ),
        is_open=False,
    ),
    Section(
        "data",
        bilingual("数据", "Data"),
        (
            Page("/import/", bilingual("导入", "Import"), "upload", Permission.IMPORT),
            Page("/export/", bilingual("导出", "Export"), "download", Permission.EXPORT),
            Page("/connections/", bilingual("外部连接", "Connections"), "link", Permission.CONNECTION_READ),
            Page("/connections/sheets/", bilingual("外部连接", "Connections"), "link", Permission.SHEET_RUN),
            Page("/messages/", bilingual("送达记录", "Deliveries"), "mail", Permission.DELIVERY_READ),
            Page("/undo/", bilingual("撤销操作", "Undo"), "undo-2", Permission.CLIENT_READ),
        ),
        is_open=False,
    ),
    Section(
        "support",
        bilingual("帮助", "Help"),
        (
            Page("/support/", bilingual("求助台", "Support desk"), "circle-help", Permission.SUPPORT_ASK),
            Page("/training/", bilingual("练习", "Practice"), "refresh-cw", Permission.SUPPORT_ASK),
            Page(
                "/support/problems/", bilingual("已知问题", "Known problems"), "triangle-alert", Permission.SUPPORT_ASK
            ),
        ),
        is_open=False,
    ),
    Section(
        "system",
        bilingual("管理", "Administration"),
        (
            Page("/staff/", bilingual("人员与权限", "Staff and rights"), "users-round", Permission.TEAM_WRITE),
            Page("/audit/", bilingual("操作日志", "Audit"), "scroll-text", Permission.AUDIT_READ),
            Page("/system/", bilingual("系统", "System"), "server", Permission.SYSTEM_READ),
        ),
    ),
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
    """The reader's rights, tested in templates by an action's name: `{% if may.clients.change %}`."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.asked: dict[str, dict[str, bool]] = {}

    def __getitem__(self, domain: str) -> dict[str, bool]:
        if domain not in self.asked:
            self.asked[domain] = self._of(domain)
        return self.asked[domain]

    def _of(self, domain: str) -> dict[str, bool]:
        verbs = _verbs_of(domain)
        if not verbs:
            raise KeyError(domain)
        return {verb: self.actor.may(needs) for verb, needs in verbs}


@cache
def _verbs_of(domain: str) -> tuple[tuple[str, str], ...]:
    """Return (name without its domain, permission) of every public action of a domain."""
    verbs = (a for name, a in ACTIONS.items() if name.startswith(f"{domain}.") and a.is_public)
    return tuple((a.name.partition(".")[2], a.needs) for a in verbs)


def pages_for(actor: Actor) -> list[dict[str, Any]]:
    """Return the existing pages that the reader may open; the first of several with the same label."""
    return [page for section in menu_for(actor) for page in section["pages"]]


def menu_for(actor: Actor) -> list[dict[str, Any]]:
    """Return the sections of the menu with the pages that the reader may open; empty sections are left out.

    From the top, sections are unfolded as long as the menu fits a screen (`UNFOLDED_PAGES`); the reader's choice overrides this.
    """
    sections: list[dict[str, Any]] = []
    unfolded = 0
    for section in MENU:
        listed: dict[str, dict[str, Any]] = {}
        for page in section.pages:
            if actor.may(page.needs) and exists(page.url):
                listed.setdefault(page.label.zh, {"url": page.url, "label": page.label, "icon": page.icon})
        if listed:
            is_open = section.is_open and unfolded + len(listed) <= UNFOLDED_PAGES
            unfolded += len(listed) if is_open else 0
            pages = list(listed.values())
            sections.append({"code": section.code, "label": section.label, "is_open": is_open, "pages": pages})
    return sections


def articles_about(actor: Actor, path: str) -> list[dict[str, Any]]:
    """Return the knowledge base articles about a page; called once, by full pages only."""
    return ask("learning.articles_about", {"path": path}) if actor.may(Permission.LEARNING_READ) else []


@lru_cache(maxsize=512)
def _drawn_menu(permissions: frozenset[str], code: str, active: tuple[str, ...], unfolded: str | None) -> SafeString:
    """Render the menu as HTML, cached by its arguments, since it is the largest part around a page.

    code: the reader's language; active: the menu addresses of the present page; unfolded: the sections that the reader
    unfolded, as in the cookie.
    """
    sections = menu_for(Actor(None, "", permissions=permissions))
    for section in sections:
        if unfolded is not None:
            section["is_open"] = section["code"] in unfolded.split(".")
        nearest = max((len(page["url"]) for page in section["pages"] if page["url"] in active), default=0)
        for page in section["pages"]:
            page["active"] = page["url"] in active and len(page["url"]) == nearest
        section["is_open"] = section["is_open"] or bool(nearest)
    return render_to_string("components/menu_sections.html", {"sections": sections})


def pages_at(path: str) -> tuple[str, ...]:
    """Return the addresses in the menu that the address of the present page begins with."""
    return tuple(url for url in _menu_addresses() if path == url or (url != "/" and path.startswith(url)))


@cache
def _menu_addresses() -> tuple[str, ...]:
    return tuple(page.url for section in MENU for page in section.pages)


@cache
def exists(url: str) -> bool:
    try:
        resolve(url)
    except Resolver404:
        return False
    return True


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the context of every page: menu, views, person, links, rights, and the firm's colours of rise and fall."""
    colours = "red-up" if firm_settings.current("RISE_IS_RED") else "green-up"
    fixed = {"updown": colours, "watermark": firm_settings.current("WATERMARK"), "is_training": settings.TRAINING}
    return {**_frame(request), **fixed}


def _frame(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    actor = actor_or_none()
    if user is None or not user.is_authenticated or actor is None or actor.user_id is None or user.must_change:
        return {"links": {"language": "/language", "sign_out": "/sign-out"}}
    at = request.path
    views = team.names_of_views("clients", 4) if actor.may(Permission.CLIENT_READ) else []
    shown = [
        {
            "label": name,
            "url": f"/clients/?view={number}",
            "active": at == "/clients/" and request.GET.get("view") == str(number),
        }
        for number, name in views
    ]
    role = user.role_text
    detail = f"{role} · {user.team.name}" if user.team_id else role
    links = dict(LINKS)
    links["guide"] = guide_for(at)
    if actor.may(Permission.SUPPORT_ASK) and not at.startswith("/support/ask"):
        guide_page = links["guide"].strip("/").rpartition("/")[2]
        links["support"] = f"/support/ask?{urlencode({'page': at, 'guide': guide_page})}"
    return {
        "main_menu": _drawn_menu(actor.permissions, language(), pages_at(at), request.COOKIES.get("menu")),
        "nav_views": shown,
        "me": {"name": user.name, "detail": detail},
        "links": links,
        "articles_about": lambda: articles_about(actor, at),
        "may": Rights(actor),
    }

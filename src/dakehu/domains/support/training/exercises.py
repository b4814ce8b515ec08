"""Exercises of the training desk: each is done once the audit contains its action by the trainee."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Min

from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query


@dataclass(frozen=True)
class Exercise:
    """One exercise: its action, the page where it is done, and the guide page about it."""

    action: str
    title: Bilingual
    how: Bilingual
    page: str
    guide: str


EXERCISES = (
    Exercise(
        "team.save_view",
        bilingual("找出资产较多的客户，存为视图", "Find clients with high assets and save the view"),
        bilingual(
            "在客户列表按资产筛选，再点“保存视图”。", "Filter the list of clients by assets, then save the view."
        ),
        "/clients/",
        "clients",
    ),
    Exercise(
        "service.log_interaction",
        bilingual("登记一次电话", "Log a call"),
        bilingual(
            "打开一位客户，登记沟通内容、结果和下次联系。",
            "Open a client; enter what was said, the result and the next contact.",
        ),
        "/clients/",
        "client",
    ),
    Exercise(
        "service.plan_follow_up",
        bilingual("安排一次跟进", "Plan a follow-up"),
        bilingual(
            "在客户页面点“安排跟进”，写明事由和日期。",
            "On the page of a client plan a follow-up with its reason and day.",
        ),
        "/clients/",
        "client",
    ),
    Exercise(
        "service.open_request",
        bilingual("登记一条诉求", "Register a request"),
        bilingual("客户提出的事，登记后按期限办理。", "Enter what a client asks for; it has a due day."),
        "/clients/",
        "client",
    ),
    Exercise(
        "service.plan_meeting",
        bilingual("约一次会议", "Plan a meeting"),
        bilingual("在日程里新建会议，邀请一位同事。", "Plan a meeting in the calendar and invite a colleague."),
        "/calendar/",
        "calendar",
    ),
    Exercise(
        "service.create_task",
        bilingual("新建一项任务", "Create a task"),
        bilingual("写明责任人和期限。", "With its owner and due day."),
        "/tasks/",
        "work",
    ),
    Exercise(
        "learning.confirm_reading",
        bilingual("阅读一篇文章并确认", "Read an article and confirm it"),
        bilingual(
            "在知识库打开须确认的文章，读后点“确认已读”。", "Open an article that must be confirmed, and confirm it."
        ),
        "/knowledge/",
        "learning",
    ),
    Exercise(
        "insight.save_report",
        bilingual("做一张透视表并保存", "Make a pivot and save it"),
        bilingual("选择行、列和指标，再保存为报表。", "Choose rows, columns and a measure, then save it."),
        "/pivot/",
        "insight",
    ),
    Exercise(
        "compliance.register_complaint",
        bilingual("登记一件投诉", "Register a complaint"),
        bilingual("写明来源、内容和责任人。", "With its source, what it says, and who handles it."),
        "/complaints/",
        "complaints",
    ),
    Exercise(
        "support.open_ticket",
        bilingual("提一个问题", "Ask a question"),
        bilingual(
            "点右上角的问号，写下问题，看看推荐的答案。",
            "Press the question mark, type a question, look at what is suggested.",
        ),
        "/support/ask",
        "support",
    ),
)


@query("support.exercises", needs=Permission.SUPPORT_ASK, zh="练习题", en="Exercises")
def exercises() -> list[dict[str, Any]]:
    """Return the exercises available to the reader's role, with the day first done: [{title, how, page, guide, done_on or ""}]."""
    me = current_actor()
    mine = [one for one in EXERCISES if me.may(ACTIONS[one.action].needs)]
    with acting_as(system_actor(str(bilingual("核对练习", "check exercises")), me.door)):
        entries = AuditEntry.objects.filter(actor_ref=me.user_id, action__in=[one.action for one in mine])
        done = dict(entries.values_list("action").annotate(first=Min("at")))
    return [
        {
            "title": str(one.title),
            "how": str(one.how),
            "page": one.page,
            "guide": f"/guide/{one.guide}/",
            "done_on": clock.local(done[one.action]).date().isoformat() if one.action in done else "",
        }
        for one in mine
    ]

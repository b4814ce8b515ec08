"""Queries of interactions, requests, follow-ups and timelines."""

from collections.abc import Callable
from datetime import date
from typing import Any

from dakehu.domains.clients.groups import groups as client_groups
from dakehu.domains.service import timeline_sources
from dakehu.domains.service.mail.queries import mail_lines
from dakehu.domains.service.models import Attachment, FollowUp, Interaction, Mail, Request, Task
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("service.Interaction", "client")
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
OWNER = Parameter("owner", required=False, kind="integer", spec=FieldSpec("负责人编号", "Owner id"))
MINE = Parameter("mine", required=False, kind="bool", spec=FieldSpec("只看我的", "Only mine"))


@query(
    "service.interactions",
    needs=Permission.SERVICE_READ,
    zh="服务记录列表",
    en="Interactions",
    parameters=(FILTERS, ORDER),
)
def interactions(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible interactions, filtered and ordered; newest first by default."""
    return filter_rows(Interaction.objects.all(), filters or {}, order or "-held_at")


@query(
    "service.client_interactions",
    needs=Permission.SERVICE_READ,
    zh="客户服务记录",
    en="Interactions of a client",
    parameters=CLIENT,
)
def client_interactions(*, client: Any) -> Any:
    """Return the interactions of a client, newest first."""
    return Interaction.objects.filter(client=client).order_by("-held_at", "-pk")


@query(
    "service.requests",
    needs=Permission.SERVICE_READ,
    zh="客户诉求列表",
    en="Requests",
    parameters=(FILTERS, ORDER),
)
def requests(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible requests, filtered and ordered; by deadline by default."""
    return filter_rows(Request.objects.all(), filters or {}, order or "due_on")


@query(
    "service.client_requests",
    needs=Permission.SERVICE_READ,
    zh="客户的诉求",
    en="Requests of a client",
    parameters=CLIENT,
)
def client_requests(*, client: Any) -> Any:
    """Return the requests of a client, newest first."""
    return Request.objects.filter(client=client).order_by("-opened_on", "-pk")


@query(
    "service.follow_ups", needs=Permission.SERVICE_READ, zh="跟进计划列表", en="Follow-ups", parameters=(FILTERS, ORDER)
)
def follow_ups(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible follow-ups, filtered and ordered; by due date by default."""
    return filter_rows(FollowUp.objects.all(), filters or {}, order or "due_on")


@query(
    "service.client_follow_ups",
    needs=Permission.SERVICE_READ,
    zh="客户跟进计划",
    en="Follow-ups of a client",
    parameters=CLIENT,
)
def client_follow_ups(*, client: Any) -> Any:
    """Return the follow-ups of a client by due date."""
    return FollowUp.objects.filter(client=client).order_by("due_on", "pk")


@query("service.overdue_follow_ups", needs=Permission.SERVICE_READ, zh="逾期跟进", en="Overdue follow-ups")
def overdue_follow_ups() -> Any:
    """Return planned follow-ups whose due date has passed."""
    return FollowUp.objects.filter(state="planned", due_on__lt=clock.today()).order_by("due_on", "pk")


@query(
    "service.timeline",
    needs=Permission.SERVICE_READ,
    zh="客户时间线",
    en="Timeline of a client",
    parameters=(CLIENT, Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "How many"))),
)
def timeline(*, client: Any, limit: int | None = None) -> list[dict[str, Any]]:
    """Return a client's timeline, newest first: rendered rows with `what` and `at`.

    Interactions, requests, complaints, finished follow-ups and tasks, files, mails and items of higher domains
    (timeline_sources); `limit` is 100 by default and at most 500.
    """
    return _timeline_items({"client": client}, min(limit or 100, 500))


@query(
    "service.group_timeline",
    needs=Permission.SERVICE_READ,
    zh="群组时间线",
    en="Timeline of a group",
    parameters=(
        CLIENT,
        client_groups.GROUP,
        Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "How many")),
    ),
)
def group_timeline(*, client: Any, group: int, limit: int | None = None) -> list[dict[str, Any]]:
    """Return the timeline of the visible members of a client's group."""
    members = client_groups.visible_members(group).filter(client=client)
    if not members.exists():
        raise NotFound(bilingual("群组", "group"))
    return _timeline_items(
        {"client__in": client_groups.visible_members(group).values("client_id")}, min(limit or 100, 500)
    )


def _timeline_items(filters: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Return the newest `count` timeline items that match the filters."""
    interactions = Interaction.objects.filter(**filters).select_related("client", "staff").order_by("-held_at")
    requests = Request.objects.filter(**filters).select_related("client", "owner").order_by("-opened_on")
    complaints = (
        model_of("compliance.Complaint")
        .objects.filter(**filters)
        .select_related("client", "owner", "about_staff", "registered_by")
        .order_by("-received_on")
    )
    plans = FollowUp.objects.filter(state="done", **filters).select_related("client", "owner").order_by("-done_on")
    tasks = Task.objects.filter(state="done", **filters).select_related("client", "owner").order_by("-done_on")
    attachments = (
        Attachment.objects.filter(removed_at=None, mail=None, **filters)
        .select_related("client", "added_by")
        .order_by("-added_at")
    )
    mails = Mail.objects.filter(**filters).select_related("client", "staff").order_by("-sent_at")
    items = [
        *_render_items("interaction", interactions[:count], lambda row: clock.local(row.held_at)),
        *_render_items("request", requests[:count], lambda row: row.opened_on),
        *_render_items("complaint", complaints[:count], lambda row: row.received_on),
        *_render_items("follow_up", plans[:count], lambda row: row.done_on or row.due_on),
        *_render_items("task", tasks[:count], lambda row: row.done_on or row.due_on),
        *_render_items("attachment", attachments[:count], lambda row: clock.local(row.added_at)),
        *_mail_items(mails[:count]),
        *(
            item
            for one in _further_sources()
            for item in _render_items(one.kind, one.rows().filter(**filters)[:count], one.at)
        ),
    ]
    return sorted(items, key=lambda item: item["at"], reverse=True)[:count]


def _further_sources() -> list[timeline_sources.TimelineSource]:
    """Return the timeline items of higher domains that the actor may read."""
    return [one for one in timeline_sources.sources() if current_actor().may(one.needs)]


def _render_items(what: str, queryset: Any, at: Callable[[Any], date]) -> list[dict[str, Any]]:
    """Render rows as timeline items."""
    rows = list(queryset)
    return [
        {"what": what, "at": at(row).isoformat(), **rendered}
        for row, rendered in zip(rows, render_rows(rows, shown=True), strict=True)
    ]


def _mail_items(mails: Any) -> list[dict[str, Any]]:
    """Render mails as timeline items, with their files, notes on ambiguities, and their delivery."""
    rows = list(mails)
    return mail_lines(rows, _render_items("mail", rows, lambda row: clock.local(row.sent_at)))

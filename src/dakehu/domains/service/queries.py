"""What can be asked about service."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from dakehu.domains.clients.groups import groups as client_groups
from dakehu.domains.service import rules
from dakehu.domains.service.models import Attachment, FollowUp, Interaction, Request
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import name_of, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("service.Interaction", "client")
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
MINE = Parameter("mine", required=False, kind="bool", spec=FieldSpec("只看我的", "Only mine"))


@query(
    "service.interactions",
    needs=Permission.SERVICE_READ,
    zh="服务记录列表",
    en="Interactions",
    parameters=(FILTERS, ORDER),
)
def interactions(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    return filter_rows(Interaction.objects.all(), filters or {}, order or "-held_at")


@query(
    "service.interactions_of",
    needs=Permission.SERVICE_READ,
    zh="客户服务记录",
    en="Interactions of a client",
    parameters=CLIENT,
)
def client_interactions(*, client: Any) -> Any:
    return Interaction.objects.filter(client=client).order_by("-held_at", "-pk")


@query(
    "service.requests",
    needs=Permission.SERVICE_READ,
    zh="需求与投诉列表",
    en="Requests and complaints",
    parameters=(FILTERS, ORDER),
)
def requests(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    return filter_rows(Request.objects.all(), filters or {}, order or "due_on")


@query(
    "service.requests_of",
    needs=Permission.SERVICE_READ,
    zh="客户的需求与投诉",
    en="Requests of a client",
    parameters=CLIENT,
)
def client_requests(*, client: Any) -> Any:
    return Request.objects.filter(client=client).order_by("-opened_on", "-pk")


@query(
    "service.follow_ups", needs=Permission.SERVICE_READ, zh="跟进计划列表", en="Follow-ups", parameters=(FILTERS, ORDER)
)
def follow_ups(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    return filter_rows(FollowUp.objects.all(), filters or {}, order or "due_on")


@query(
    "service.follow_ups_of",
    needs=Permission.SERVICE_READ,
    zh="客户跟进计划",
    en="Follow-ups of a client",
    parameters=CLIENT,
)
def client_follow_ups(*, client: Any) -> Any:
    return FollowUp.objects.filter(client=client).order_by("due_on", "pk")


@query("service.overdue_follow_ups", needs=Permission.SERVICE_READ, zh="逾期跟进", en="Overdue follow-ups")
def overdue_follow_ups() -> Any:
    return FollowUp.objects.filter(state="planned", due_on__lt=clock.today()).order_by("due_on", "pk")


@query("service.today", needs=Permission.SERVICE_READ, zh="今日台账", en="Today", parameters=(MINE,))
def today(*, mine: bool | None = None) -> dict[str, Any]:
    """What is due, overdue and promised, most pressing first, each with the reason why it stands there.

    Follow-ups inside their reminder, requests due within three days, promises due within three days. `mine`
    keeps those owned by the asker. At most 200 lines; `counts` counts all.
    """
    day = clock.today()
    horizon = day + timedelta(days=3)
    plans = FollowUp.objects.filter(state="planned", due_on__lte=day + timedelta(days=90)).select_related(
        "client", "owner"
    )
    asked = Request.objects.exclude(state="closed").filter(due_on__lte=horizon).select_related("client", "owner")
    promised = (
        Interaction.objects.filter(promise_kept_on=None, promise_due_on__lte=horizon)
        .exclude(promise="")
        .select_related("client", "staff")
    )
    if mine:
        me = current_actor().user_id
        plans, asked, promised = plans.filter(owner_id=me), asked.filter(owner_id=me), promised.filter(staff_id=me)
    lines = [
        _line("follow_up", p, p.due_on, p.subject, p.owner, day, p.remind_days) for p in plans.order_by("due_on")[:2000]
    ]
    lines = [line for line in lines if line["urgency"] != "later"]
    lines += [
        _line("complaint" if r.kind == "complaint" else "request", r, r.due_on, r.subject, r.owner, day, 3)
        for r in asked
    ]
    lines += [_line("promise", i, i.promise_due_on, i.promise, i.staff, day, 3) for i in promised]
    weight = {"complaint": 0, "promise": 1, "request": 2, "follow_up": 3}
    lines.sort(key=lambda made: (made["due_on"], weight[made["what"]]))
    counts: dict[str, int] = {"overdue": 0, "today": 0, "soon": 0}
    for line in lines:
        counts[line["urgency"]] = counts.get(line["urgency"], 0) + 1
    week = Interaction.objects.filter(held_at__gte=clock.now() - timedelta(days=7)).count()
    return {"date": day.isoformat(), "counts": counts, "contacts_this_week": week, "lines": lines[:200]}


def _line(what: str, row: Any, due: Any, text: str, owner: Any, day: Any, remind: int) -> dict[str, Any]:
    from dakehu.foundation.access.encrypted_fields import DOTS
    from dakehu.foundation.access.sensitivity import PERSONAL

    clearance = current_actor().clearance
    return {
        "what": what,
        "id": row.pk,
        "client": {"id": row.client_id, "name": name_of(row.client, clearance)},
        "text": text if clearance >= PERSONAL else DOTS,
        "due_on": due.isoformat(),
        "days": (due - day).days,
        "owner": owner.name if owner else "",
        "urgency": rules.urgency(due, day, remind),
        "row_version": row.row_version,
    }


@query(
    "service.timeline",
    needs=Permission.SERVICE_READ,
    zh="客户时间线",
    en="Timeline of a client",
    parameters=(CLIENT, Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "How many"))),
)
def timeline(*, client: Any, limit: int | None = None) -> list[dict[str, Any]]:
    """Interactions, requests, plans done and files of a client, newest first, as presented rows with `what` and `on`."""
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
    """The same of all members in scope of a group to which the client belongs."""
    members = client_groups.visible_members(group).filter(client=client)
    if not members.exists():
        raise NotFound(bilingual("群组", "group"))
    return _timeline_items(
        {"client__in": client_groups.visible_members(group).values("client_id")}, min(limit or 100, 500)
    )


def _timeline_items(of: dict[str, Any], count: int) -> list[dict[str, Any]]:
    said = Interaction.objects.filter(**of).select_related("client", "staff").order_by("-held_at")
    asked = Request.objects.filter(**of).select_related("client", "owner").order_by("-opened_on")
    plans = FollowUp.objects.filter(state="done", **of).select_related("client", "owner").order_by("-done_on")
    papers = Attachment.objects.filter(removed_at=None, **of).select_related("client", "added_by").order_by("-added_at")
    made = [
        *_rendered("interaction", said[:count], lambda row: clock.local(row.held_at)),
        *_rendered("request", asked[:count], lambda row: row.opened_on),
        *_rendered("follow_up", plans[:count], lambda row: row.done_on or row.due_on),
        *_rendered("attachment", papers[:count], lambda row: clock.local(row.added_at)),
    ]
    return sorted(made, key=lambda m: m["at"], reverse=True)[:count]


def _rendered(what: str, found: Any, at: Callable[[Any], date]) -> list[dict[str, Any]]:
    rows = list(found)
    return [
        {"what": what, "at": at(row).isoformat(), **shown}
        for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)
    ]

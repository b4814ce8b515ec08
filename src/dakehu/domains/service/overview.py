"""Overdue work by person, due complaints and numbers of contacts, each with the link to its rows."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from dakehu.domains.clients import overview as clients
from dakehu.domains.ledger.performance import overview as ledger
from dakehu.domains.service.models import FollowUp, Interaction, Request
from dakehu.domains.service.queries import CLIENT
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.cards import number, rows_at
from dakehu.foundation.schema.fields import model_of

PLANS, REQUESTS, INTERACTIONS = "service.follow_ups", "service.requests", "service.interactions"
COMPLAINTS = "compliance.complaints"
DAYS_AHEAD = 7
WEEKS = 12
COMPLAINTS_SHOWN = 20
SOON = 3  # days before the deadline of a complaint
HEAT_WEEKS = 53


@query("service.team", needs=Permission.CLIENT_ASSIGN, zh="团队成员", en="The team")
def team_lines() -> dict[str, Any]:
    """Return one line per member of the team: clients, overdue and due plans, open requests, contacts, worth, inflow.

    Over the visible clients. Others who own open work of these clients, and work without an owner, have a line too.
    """
    today = clock.today()
    day, week, past = today.isoformat(), (today + timedelta(days=DAYS_AHEAD)).isoformat(), _days_ago(6).isoformat()
    plans, requests = _plans_by_owner(today), _requests_by_owner()
    contacts = _contacts_by_staff()
    ids = list({*current_actor().covers, *plans, *requests} - {None})
    names = team.names_of(ids)
    served, worth = clients.clients_of(ids), ledger.worth_of(ids)
    lines = []
    for user in [*sorted(ids, key=lambda pk: (pk not in current_actor().covers, names.get(pk, ""))), None]:
        if user is None and None not in plans and None not in requests:
            continue
        plan = plans.get(user, {"overdue": 0, "due": 0})
        owner = {"owner": user} if user else {"owner.empty": 1}
        open_plans = {**owner, "state": "planned"}
        lines.append(
            {
                "member": _member(user, names),
                "clients": _client_count_of(user, served),
                "overdue": number(
                    "", plan["overdue"], rows=rows_at(PLANS, {**open_plans, "due_on.lt": day}), tone="bad"
                ),
                "due": number(
                    "", plan["due"], rows=rows_at(PLANS, {**open_plans, "due_on.ge": day, "due_on.le": week})
                ),
                "requests": number("", requests.get(user, 0), rows=rows_at(REQUESTS, {**owner, "state.ne": "closed"})),
                "contacts": _contacts(user, contacts, past),
                "worth": _money(user, worth, "worth", "figures__market_value"),
                "inflow": _money(user, worth, "inflow", "figures__month_inflow"),
                "hand_over": number("", bilingual("移交", "Reassign"), unit="text", rows=_clients_at(user)),
            }
        )
    return {"columns": _team_columns(), "rows": lines, "as_of": day}


def _team_columns() -> list[dict[str, str]]:
    """Return the columns of the team's table."""
    labels = {
        "member": bilingual("成员", "Member"),
        "clients": bilingual("主办客户", "Clients"),
        "overdue": bilingual("逾期跟进", "Overdue plans"),
        "due": bilingual("{n} 天内跟进", "Plans in {n} days", n=DAYS_AHEAD),
        "requests": bilingual("未办结诉求", "Open requests"),
        "contacts": bilingual("近 7 天服务", "Contacts in 7 days"),
        "worth": bilingual("持仓市值", "Market value"),
        "inflow": bilingual("本月净转入", "Net inflow this month"),
        "hand_over": bilingual("客户移交", "Reassign"),
    }
    return [{"name": name, "label": str(label), "kind": "number"} for name, label in labels.items()]


def _member(user: int | None, names: dict[int, str]) -> dict[str, Any]:
    """Return the name of a member, linked to their due work."""
    if user is None:
        return number("", bilingual("未指定负责人", "Nobody"), unit="text")
    return number("", names.get(user, f"#{user}"), unit="text", rows=rows_at("service.today_list", {"owner": user}))


def _clients_at(user: int | None) -> dict[str, Any] | None:
    """Return the link to the clients of a member."""
    return rows_at(clients.LIST, {"manager": user}) if user else None


def _client_count_of(user: int | None, served: dict[int, int]) -> dict[str, Any]:
    """Return the number of clients of a member."""
    return number("", served.get(user, 0) if user else None, rows=_clients_at(user))


def _contacts(user: int | None, contacts: dict[int, int], since: str) -> dict[str, Any]:
    """Return how often a member contacted clients."""
    at = rows_at(INTERACTIONS, {"staff": user, "held_at.ge": since}) if user else None
    return number("", contacts.get(user, 0) if user else None, rows=at)


def _money(user: int | None, sums: dict[int, dict[str, Any]], name: str, column: str) -> dict[str, Any]:
    """Return a sum over the clients of a member."""
    value = sums.get(user, {}).get(name) if user else None
    at = (
        rows_at(clients.LIST, {"manager": user, f"{column}.filled": 1}, column, f"-{column}")
        if value is not None
        else None
    )
    return number("", value, unit="money", rows=at)


def _plans_by_owner(today: date) -> dict[int | None, dict[str, int]]:
    """Return {user id: {overdue, due}} of open follow-ups."""
    week = today + timedelta(days=DAYS_AHEAD)
    found = (
        FollowUp.objects.filter(state="planned", due_on__lte=week)
        .order_by()
        .values("owner_id")
        .annotate(overdue=Count("pk", filter=Q(due_on__lt=today)), due=Count("pk", filter=Q(due_on__gte=today)))
    )
    return {row["owner_id"]: {"overdue": row["overdue"], "due": row["due"]} for row in found}


def _requests_by_owner() -> dict[int | None, int]:
    """Return {user id: open requests}."""
    found = Request.objects.exclude(state="closed").order_by().values("owner_id").annotate(count=Count("pk"))
    return {row["owner_id"]: row["count"] for row in found}


def _contacts_by_staff() -> dict[int, int]:
    """Return {user id: interactions of the last seven days}."""
    found = (
        Interaction.objects.filter(held_at__gte=clock.start_of_day(_days_ago(6)))
        .order_by()
        .values("staff_id")
        .annotate(count=Count("pk"))
    )
    return {row["staff_id"]: row["count"] for row in found}


def _days_ago(days: int) -> date:
    """Return the day some days before today."""
    return clock.today() - timedelta(days=days)


@query("service.week", needs=Permission.SERVICE_READ, zh="服务概况", en="Service at a glance")
def week() -> dict[str, Any]:
    """Return contacts of the last seven days, overdue plans and open requests of the visible clients."""
    today = clock.today()
    since = _days_ago(6)
    overdue = FollowUp.objects.filter(state="planned", due_on__lt=today).count()
    return {
        "figures": [
            number(
                bilingual("近 7 天服务", "Contacts in 7 days"),
                Interaction.objects.filter(held_at__gte=clock.start_of_day(since)).count(),
                rows=rows_at(INTERACTIONS, {"held_at.ge": since.isoformat()}),
            ),
            number(
                bilingual("逾期跟进", "Overdue plans"),
                overdue,
                rows=rows_at(PLANS, {"state": "planned", "due_on.lt": today.isoformat()}),
                tone="bad",
            ),
            number(
                bilingual("未办结诉求", "Open requests"),
                Request.objects.exclude(state="closed").count(),
                rows=rows_at(REQUESTS, {"state.ne": "closed"}),
            ),
        ],
    }


@query("service.complaints", needs=Permission.SERVICE_READ, zh="投诉", en="Complaints")
def complaints() -> dict[str, Any]:
    """Return the visible complaints that are open: how many are overdue or due soon, and the first twenty by deadline."""
    today = clock.today()
    day, soon = today.isoformat(), (today + timedelta(days=SOON)).isoformat()
    at = {"state.ne": "closed"}
    rows = model_of("compliance.Complaint").objects.exclude(state="closed")
    counted = rows.aggregate(
        every=Count("pk"),
        overdue=Count("pk", filter=Q(due_on__lt=today)),
        soon=Count("pk", filter=Q(due_on__gte=today, due_on__lte=soon)),
    )
    shown = list(rows.select_related("client", "owner").order_by("due_on", "pk")[:COMPLAINTS_SHOWN])
    clearance = current_actor().clearance
    labels = {
        "client": (bilingual("客户", "Client"), "client"),
        "subject": (bilingual("事项", "Subject"), "text"),
        "state": (bilingual("状态", "State"), "text"),
        "owner": (bilingual("负责人", "Owner"), "text"),
        "due_on": (bilingual("办结期限", "Deadline"), "day"),
    }
    return {
        "figures": [
            number(bilingual("未办结投诉", "Open complaints"), counted["every"], rows=rows_at(COMPLAINTS, at)),
            number(
                bilingual("已逾期", "Overdue"),
                counted["overdue"],
                rows=rows_at(COMPLAINTS, {**at, "due_on.lt": day}),
                tone="bad",
            ),
            number(
                bilingual("{n} 天内到期", "Due within {n} days", n=SOON),
                counted["soon"],
                rows=rows_at(COMPLAINTS, {**at, "due_on.ge": day, "due_on.le": soon}),
                tone="warn",
            ),
        ],
        "columns": [{"name": name, "label": str(label), "kind": kind} for name, (label, kind) in labels.items()],
        "rows": [
            {
                "client": {
                    "id": row.client_id,
                    "name": name_of(row.client, clearance) if row.client is not None else "",
                },
                "subject": text["subject"],
                "state": text["state"],
                "owner": text["owner"],
                "due_on": {"on": row.due_on.isoformat(), "days": (row.due_on - today).days},
            }
            for row, text in zip(shown, render_rows(shown, ("subject", "state", "owner"), shown=True), strict=True)
        ],
        "rows_at": rows_at(COMPLAINTS, at),
    }


@query("service.contacts_by_week", needs=Permission.SERVICE_READ, zh="每周服务次数", en="Contacts per week")
def contacts_by_week() -> dict[str, Any]:
    """Return the number of interactions in each of the last twelve weeks, Monday to Sunday, the current one last."""
    monday = clock.today() - timedelta(days=clock.today().weekday())
    starts = [monday - timedelta(weeks=WEEKS - 1 - n) for n in range(WEEKS)]
    counts = {
        f"week_{n}": Count(
            "pk",
            filter=Q(held_at__gte=clock.start_of_day(day), held_at__lt=clock.start_of_day(day + timedelta(weeks=1))),
        )
        for n, day in enumerate(starts)
    }
    found = Interaction.objects.filter(held_at__gte=clock.start_of_day(starts[0])).aggregate(**counts)
    return {
        "bars": [
            number(
                bilingual("{day} 起一周", "Week from {day}", day=f"{day:%m-%d}"),
                found[f"week_{n}"],
                rows=rows_at(
                    INTERACTIONS,
                    {"held_at.ge": day.isoformat(), "held_at.lt": (day + timedelta(weeks=1)).isoformat()},
                ),
            )
            | {"short": f"{day:%m-%d}"}
            for n, day in enumerate(starts)
        ]
    }


@query(
    "service.contact_days",
    needs=Permission.SERVICE_READ,
    zh="客户的服务日历",
    en="Days of contact with a client",
    parameters=CLIENT,
)
def contact_days(*, client: Any) -> dict[str, Any]:
    """Return {first, days: {ISO date: interactions}} of a client over the last 53 weeks, from a Monday on."""
    today = clock.today()
    first = today - timedelta(days=today.weekday(), weeks=HEAT_WEEKS - 1)
    rows = Interaction.objects.filter(client=client, held_at__gte=clock.start_of_day(first)).order_by()
    counted = rows.annotate(on=TruncDate("held_at")).values("on").annotate(count=Count("pk"))
    return {"first": first.isoformat(), "days": {row["on"].isoformat(): row["count"] for row in counted}}

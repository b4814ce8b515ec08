"""Today's list: plans, promises, requests and moments that are due, in working order.

Each kind is read twice: few columns of all that is due (at most MOST rows, by index), then the full rows of the lines
that are shown. Clients without due work are not read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from dakehu.domains.compliance.complaints.store import open_cases
from dakehu.domains.service import rules as service_rules
from dakehu.domains.service.absences.standing_in import reminded_for
from dakehu.domains.service.models import FollowUp, Interaction, Moment, PlanState, Request, Task
from dakehu.domains.service.moments import rules as moment_rules
from dakehu.domains.service.queries import MINE, OWNER
from dakehu.domains.service.shocks.current import current_shock
from dakehu.domains.service.tasks import rules as task_rules
from dakehu.domains.service.today import rules, words
from dakehu.domains.service.today.rules import Entry, Group
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

MOST = 2000  # rows of a kind that are read
SHOWN = 200  # lines that are shown
AHEAD = 3  # days before their deadline in which promises and requests are shown
LONGEST_REMINDER = 90  # days
GROUP = Parameter("group", required=False, spec=FieldSpec("类别", "Group"))
LIMIT = Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "How many"))

MARKET_FALL = "M13"
LABELS = {
    "moment": bilingual("关键时刻", "Moment"),
    "complaint": bilingual("投诉", "Complaint"),
    "request": bilingual("需求", "Request"),
    "promise": bilingual("承诺", "Promise"),
    "follow_up": bilingual("跟进", "Follow-up"),
    "task": bilingual("任务", "Task"),
}


@dataclass(frozen=True)
class Whose:
    """Whose work is listed. `users`: ids, with None for work without an owner; None for all in scope.

    `oversees`: for an actor who sees across walls, also the complaints and compliance moments of all users.
    """

    users: tuple[int | None, ...] | None
    oversees: bool = False

    def of(self, rows: Any, column: str = "owner", besides: Q | None = None) -> Any:
        """Return the rows that belong to one of the users, and with `oversees` those that match `besides`."""
        if self.users is None:
            return rows
        named = [user for user in self.users if user is not None]
        condition = Q(**{f"{column}_id": named[0]}) if len(named) == 1 else Q(**{f"{column}_id__in": named})
        if None in self.users:
            condition |= Q(**{column: None})
        if self.oversees and besides is not None:
            return rows.filter(condition | besides) if besides else rows
        return rows.filter(condition)


@dataclass(frozen=True)
class Source:
    """Source of lines: their entries, the rows behind some of them, and the texts of a row."""

    entries: Callable[[Whose], list[Entry]]
    model: Any
    text: Callable[[Any], str]
    why: Callable[[Any, int], Any]
    due: Callable[[Any], datetime]
    owner: str = "owner"

    def rows(self, ids: Iterable[int]) -> dict[int, Any]:
        """Return the rows of some lines, with the names of their clients and owners."""
        own = [column.name for column in self.model._meta.concrete_fields]
        found = self.model.objects.filter(pk__in=list(ids)).select_related("client", self.owner)
        found = found.only(*own, "client__name", "client__code", f"{self.owner}__name")
        return {row.pk: row for row in found}


@query(
    "service.today_list",
    needs=Permission.SERVICE_READ,
    zh="今日待办",
    en="Today's list",
    parameters=(MINE, OWNER, GROUP, LIMIT),
)
def today_list(
    *, mine: bool | None = None, owner: int | None = None, group: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Return what is to be done now, in working order, with why each client and why now.

    Mandatory work by deadline, overdue work by tier, promises and requests, expiries, unusual moves, birthdays,
    service, planned contacts. `mine` limits it to the actor's own, also as deputy, `owner` to those of one member of
    staff, `group` to one group; without them a lead has the team's. {date, counts: {group: lines}, groups: [{group,
    title, count}], total, people: [{id, name, lines, late}] (of a team), lines, more, next_due}: at most `limit` lines
    (200) of at most 2,000 of each kind; counts are of all groups and add up to total.
    """
    now = _local(clock.now())
    whose = _listed_owners(mine, owner)
    entries = rules.without_doubles(entry for source in SOURCES.values() for entry in source.entries(whose))
    tiers = tiers_of({entry.client for entry in entries})
    entries = [replace(one, rank=tiers[one.client][0]) if one.client in tiers else one for one in entries]
    counts = rules.counts_of(entries, now)
    wanted = rules.in_order(entries, now)
    if group:
        wanted = [entry for entry in wanted if rules.group_of(entry, now) == group]
    shown = wanted[: max(min(limit or SHOWN, SHOWN), 1)]
    return {
        "date": now.date().isoformat(),
        "counts": counts,
        "groups": [
            {"group": one.value, "title": str(rules.GROUP_NAMES[one]), "count": counts[one.value]}
            for one in rules.ORDER
        ],
        "total": len(entries),
        "people": _people(entries, now) if whose.users is None or len(whose.users) > 1 else [],
        "lines": _lines(shown, now, tiers),
        "more": len(wanted) - len(shown),
        "next_due": None if entries else _next_due(whose),
    }


def _people(entries: list[Entry], now: datetime) -> list[dict[str, Any]]:
    """Return how many lines each owner has, and how many are overdue: [{id, name, lines, late}]."""
    counted = rules.people_of(entries, now)
    names = team.names_of(user for user in counted if user is not None)
    nobody = str(bilingual("无负责人", "Nobody"))
    return [
        {"id": user, "name": names.get(user, "") if user else nobody, "lines": lines, "late": late}
        for user, (lines, late) in counted.items()
    ]


def tiers_of(clients: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Return {client: (rank, name of the tier)} of the clients that have one."""
    rows: Any = model_of("tiers.ClientTier").objects.filter(client_id__among=list(clients))
    names = model_of("tiers.ClientTier")._meta.get_field("code").choice_set
    return {client: (rank, names.text_of(code)) for client, rank, code in rows.values_list("client_id", "rank", "code")}


def _listed_owners(mine: bool | None, owner: int | None) -> Whose:
    """Return the people whose work is listed for the actor."""
    actor = current_actor()
    if owner:
        return Whose((owner,))
    if mine:
        return Whose(tuple(reminded_for()) or (None,))
    if actor.reach is Reach.ACROSS_WALLS:
        return Whose((actor.user_id,), oversees=True)
    return Whose((*actor.covers, None)) if actor.reach is Reach.COVERED else Whose(None)


def _plans(whose: Whose) -> list[Entry]:
    """Return the plans that are due, or within their reminder."""
    day = clock.today()
    near = Q(due_on__lte=day + timedelta(days=1)) | Q(
        remind_days__gt=1, due_on__lte=day + timedelta(days=LONGEST_REMINDER)
    )
    found = whose.of(FollowUp.objects.filter(near, state=PlanState.PLANNED)).order_by("due_on", "pk")
    return [
        Entry("follow_up", pk, client, rules.end_of(due), owner=owner)
        for pk, client, due, remind, owner in found.values_list("pk", "client_id", "due_on", "remind_days", "owner_id")[
            :MOST
        ]
        if service_rules.urgency(due, day, remind) != "later"
    ]


def _requests(whose: Whose) -> list[Entry]:
    """Return the open requests that are due in three days or overdue."""
    return _due_soon("request", whose.of(Request.objects.exclude(state="closed")))


def _complaints(whose: Whose) -> list[Entry]:
    """Return the open complaints that are due in three days or overdue; compliance sees all."""
    return _due_soon("complaint", whose.of(open_cases(), besides=Q()))


def _due_soon(what: str, rows: Any) -> list[Entry]:
    """Return the entries of rows that are due in three days or overdue."""
    found = rows.filter(due_on__lte=clock.today() + timedelta(days=AHEAD)).order_by("due_on", "pk")
    return [
        Entry(what, pk, client, rules.end_of(due), owner=owner)
        for pk, client, due, owner in found.values_list("pk", "client_id", "due_on", "owner_id")[:MOST]
    ]


def _promises(whose: Whose) -> list[Entry]:
    """Return the promises that are due in three days or overdue."""
    horizon = clock.today() + timedelta(days=AHEAD)
    found = Interaction.objects.filter(promise_kept_on=None, promise_due_on__lte=horizon).exclude(promise="")
    found = whose.of(found, "staff").order_by("promise_due_on", "pk")
    return [
        Entry("promise", pk, client, rules.end_of(due), owner=staff)
        for pk, client, due, staff in found.values_list("pk", "client_id", "promise_due_on", "staff_id")[:MOST]
    ]


def _tasks(whose: Whose) -> list[Entry]:
    """Return the tasks at clients that are due by tomorrow; the others are on the page of tasks."""
    near = clock.today() + timedelta(days=1)
    found = Task.objects.filter(state__in=task_rules.OPEN_STATES, due_on__lte=near).exclude(client=None)
    found = whose.of(found).order_by("due_on", "pk")
    return [
        Entry("task", pk, client, rules.end_of(due), owner=owner)
        for pk, client, due, owner in found.values_list("pk", "client_id", "due_on", "owner_id")[:MOST]
    ]


def _moments(whose: Whose) -> list[Entry]:
    """Return the moments that are still to be worked, without those that are snoozed beyond today."""
    found = Moment.objects.filter(state__in=moment_rules.OPEN_STATES).exclude(snoozed_until__gt=clock.today())
    if current_shock() is not None:  # the list of calls replaces them
        found = found.exclude(kind=MARKET_FALL)
    found = whose.of(found, besides=Q(compliance_only=True)).order_by("due_at", "pk")
    columns = ("pk", "client_id", "due_at", "kind", "mandatory", "priority", "object", "owner_id")
    return [
        Entry("moment", pk, client, _local(due), kind, mandatory, priority, object=about, owner=owner)
        for pk, client, due, kind, mandatory, priority, about, owner in found.values_list(*columns)[:MOST]
    ]


def _local(moment: datetime) -> datetime:
    """Return a time in local time, without zone."""
    return clock.local(moment).replace(tzinfo=None)


def _work_source(what: str, entries: Any, model: Any, text: str, due: str, owner: str = "owner") -> Source:
    """Return the source of lines that people planned, promised or registered."""
    return Source(
        entries,
        model,
        lambda row: str(getattr(row, text)),
        lambda row, days: rules.line_reason(what, getattr(row, due), days),
        lambda row: rules.end_of(getattr(row, due)),
        owner,
    )


SOURCES: dict[str, Source] = {
    "moment": Source(
        _moments, Moment, words.title, lambda row, days: words.moment_reason(row), lambda row: _local(row.due_at)
    ),
    "follow_up": _work_source("follow_up", _plans, FollowUp, "subject", "due_on"),
    "task": _work_source("task", _tasks, Task, "subject", "due_on"),
    "request": _work_source("request", _requests, Request, "subject", "due_on"),
    "complaint": _work_source("complaint", _complaints, model_of("compliance.Complaint"), "subject", "due_on"),
    "promise": _work_source("promise", _promises, Interaction, "promise", "promise_due_on", "staff"),
}


def source_of(what: str) -> Source:
    """Return the source of lines of a kind."""
    return SOURCES[what]


def entry_of(what: str, row: Any) -> Entry:
    """Return the entry of a row."""
    kind = row.kind if what == "moment" else ""
    mandatory, priority = (row.mandatory, row.priority) if what == "moment" else (False, rules.LEAST_PRIORITY)
    return Entry(what, row.pk, row.client_id, source_of(what).due(row), kind, mandatory, priority)


def _lines(entries: list[Entry], now: datetime, tiers: dict[int, tuple[int, str]]) -> list[dict[str, Any]]:
    """Return entries as lines; one whose row was deleted since is left out."""
    found: dict[str, dict[int, Any]] = {}
    for what in {entry.what for entry in entries}:
        found[what] = source_of(what).rows(entry.id for entry in entries if entry.what == what)
    return [
        line_of(entry, found[entry.what][entry.id], now, tiers.get(entry.client, (0, ""))[1])
        for entry in entries
        if entry.id in found[entry.what]
    ]


def line_of(entry: Entry, row: Any, now: datetime, tier: str = "") -> dict[str, Any]:
    """Return one line: client, subject, reason, deadline, owner."""
    clearance = current_actor().clearance
    source = source_of(entry.what)
    owner = getattr(row, source.owner)
    days = (entry.due.date() - now.date()).days
    group = rules.group_of(entry, now)
    is_cleared = clearance >= PERSONAL
    return {
        "work": entry.work,
        "what": entry.what,
        "id": entry.id,
        "kind": entry.kind,
        "label": str(LABELS[entry.what]),
        "client": {"id": row.client_id, "name": name_of(row.client, clearance), "code": row.client.code},
        "text": source.text(row) if is_cleared or entry.what == "moment" else DOTS,
        "why": str(source.why(row, days)) if is_cleared or entry.what != "moment" else DOTS,
        "tier": tier,
        "group": group.value,
        "due_on": entry.due.date().isoformat(),
        "due_at": entry.due.isoformat(timespec="minutes"),
        "deadline": str(rules.deadline_words(entry.due, now)),
        "tone": rules.tone_of(entry, now),
        "days": days,
        "urgency": "overdue" if entry.due < now else "today" if days == 0 else "soon",
        "owner": owner.name if owner else "",
        "owner_id": owner.pk if owner else None,
        "mandatory": group is Group.MANDATORY,
        "escalation": row.escalation if entry.what == "moment" else 0,
        "row_version": row.row_version,
    }


def _next_due(whose: Whose) -> dict[str, Any] | None:
    """Return the next plan of a desk on which nothing is due: {on, client, text}; None if none is planned."""
    found = whose.of(FollowUp.objects.filter(state=PlanState.PLANNED)).order_by("due_on", "pk")
    row = found.select_related("client").first()
    if row is None:
        return None
    clearance = current_actor().clearance
    text = row.subject if clearance >= PERSONAL else DOTS
    return {
        "on": row.due_on.isoformat(),
        "client": {"id": row.client_id, "name": name_of(row.client, clearance)},
        "text": text,
    }

"""Today's list: plans, promises, requests and moments that are due, in the order in which they are worked.

Each kind is read twice: few columns of everything that is due (at most MOST rows, by index), then the whole rows of the lines
that are shown. Nothing is read of clients without due work.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from dakehu.domains.service import rules as service_rules
from dakehu.domains.service.models import FollowUp, Interaction, PlanState, Request
from dakehu.domains.service.queries import MINE, OWNER
from dakehu.domains.service.today import rules
from dakehu.domains.service.today.rules import Entry, Group
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

MOST = 2000  # rows of a kind that are looked at
SHOWN = 200  # lines that are drawn
AHEAD = 3  # days before their deadline in which promises and requests are shown
LONGEST_REMINDER = 90  # days
GROUP = Parameter("group", required=False, spec=FieldSpec("类别", "Group"))
LIMIT = Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "How many"))

LABELS = {
    "complaint": bilingual("投诉", "Complaint"),
    "request": bilingual("需求", "Request"),
    "promise": bilingual("承诺", "Promise"),
    "follow_up": bilingual("跟进", "Follow-up"),
}


@dataclass(frozen=True)
class Source:
    """Where lines come from: their entries, and the rows behind some of them."""

    entries: Callable[[Any], list[Entry]]
    rows: Callable[[Iterable[int]], dict[int, Any]]
    text: Callable[[Any], str]
    due: Callable[[Any], date]
    owner: str = "owner"


@query(
    "service.today_list",
    needs=Permission.SERVICE_READ,
    zh="今日台账",
    en="Today's list",
    parameters=(MINE, OWNER, GROUP, LIMIT),
)
def today_list(
    *, mine: bool | None = None, owner: int | None = None, group: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Return what is to be done now, in the order in which it is worked, with why each client and why now.

    Mandatory work by deadline, overdue work by tier, promises and requests, expiries, unusual moves, birthdays, service,
    planned contacts. `mine` limits it to the actor's own, `owner` to those of one member of staff, `group` to one group;
    without them a lead has the team's. {date, counts: {group: lines}, groups: [{group, title, count}], total, lines, more, next_due}: at most `limit` lines
    (200) of at most 2,000 of each kind; counts are of all groups and add up to total.
    """
    now = clock.local(clock.now()).replace(tzinfo=None)
    whose = _owners(mine, owner)
    entries = [entry for source in SOURCES.values() for entry in source.entries(whose)]
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
        "lines": _lines(shown, now),
        "more": len(wanted) - len(shown),
        "next_due": None if entries else _next_due(whose),
    }


def _owners(mine: bool | None, owner: int | None) -> tuple[int | None, ...] | None:
    """Return whose work is listed: users, with None work that nobody owns; None for everybody's in scope."""
    actor = current_actor()
    if mine:
        return (actor.user_id,)
    if owner:
        return (owner,)
    return (*actor.covers, None) if actor.reach is Reach.COVERED else None


def owned(rows: Any, owners: tuple[int | None, ...] | None, column: str = "owner") -> Any:
    """Return rows that belong to one of the owners."""
    if owners is None:
        return rows
    named = [user for user in owners if user is not None]
    condition = Q(**{f"{column}_id__in": named}) if len(named) != 1 else Q(**{f"{column}_id": named[0]})
    return rows.filter(condition | Q(**{column: None}) if None in owners else condition)


def _plans(owners: Any) -> list[Entry]:
    """Return the plans that are due, or within their reminder."""
    day = clock.today()
    near = Q(due_on__lte=day + timedelta(days=1)) | Q(
        remind_days__gt=1, due_on__lte=day + timedelta(days=LONGEST_REMINDER)
    )
    found = owned(FollowUp.objects.filter(near, state=PlanState.PLANNED), owners).order_by("due_on", "pk")
    return [
        Entry("follow_up", pk, client, rules.end_of(due))
        for pk, client, due, remind in found.values_list("pk", "client_id", "due_on", "remind_days")[:MOST]
        if service_rules.urgency(due, day, remind) != "later"
    ]


def _requests(owners: Any) -> list[Entry]:
    """Return the open requests and complaints that are due in three days or overdue."""
    horizon = clock.today() + timedelta(days=AHEAD)
    found = owned(Request.objects.exclude(state="closed").filter(due_on__lte=horizon), owners).order_by("due_on", "pk")
    return [
        Entry("complaint" if kind == "complaint" else "request", pk, client, rules.end_of(due))
        for pk, client, due, kind in found.values_list("pk", "client_id", "due_on", "kind")[:MOST]
    ]


def _promises(owners: Any) -> list[Entry]:
    """Return the promises that are due in three days or overdue."""
    horizon = clock.today() + timedelta(days=AHEAD)
    found = Interaction.objects.filter(promise_kept_on=None, promise_due_on__lte=horizon).exclude(promise="")
    found = owned(found, owners, "staff").order_by("promise_due_on", "pk")
    return [
        Entry("promise", pk, client, rules.end_of(due))
        for pk, client, due in found.values_list("pk", "client_id", "promise_due_on")[:MOST]
    ]


def _rows(model: Any, owner: str) -> Callable[[Iterable[int]], dict[int, Any]]:
    """Return a function that reads the rows of some lines with their clients and owners."""
    return lambda ids: {row.pk: row for row in model.objects.filter(pk__in=list(ids)).select_related("client", owner)}


SOURCES: dict[str, Source] = {
    "follow_up": Source(_plans, _rows(FollowUp, "owner"), lambda row: row.subject, lambda row: row.due_on),
    "request": Source(_requests, _rows(Request, "owner"), lambda row: row.subject, lambda row: row.due_on),
    "promise": Source(
        _promises, _rows(Interaction, "staff"), lambda row: row.promise, lambda row: row.promise_due_on, "staff"
    ),
}


def source_of(what: str) -> Source:
    """Return where lines of a kind come from."""
    return SOURCES["request" if what == "complaint" else what]


def _lines(entries: list[Entry], now: datetime) -> list[dict[str, Any]]:
    """Return entries as lines; one whose row has gone meanwhile is left out."""
    found: dict[str, dict[int, Any]] = {}
    for what in {entry.what for entry in entries}:
        found[what] = source_of(what).rows(entry.id for entry in entries if entry.what == what)
    return [line_of(entry, found[entry.what][entry.id], now) for entry in entries if entry.id in found[entry.what]]


def line_of(entry: Entry, row: Any, now: datetime) -> dict[str, Any]:
    """Return one line: who, what, why, until when, whose."""
    clearance = current_actor().clearance
    source = source_of(entry.what)
    owner = getattr(row, source.owner)
    due = source.due(row)
    days = (due - now.date()).days
    group = rules.group_of(entry, now)
    return {
        "work": entry.work,
        "what": entry.what,
        "id": entry.id,
        "kind": entry.kind,
        "label": str(LABELS[entry.what]),
        "client": {"id": row.client_id, "name": name_of(row.client, clearance), "code": row.client.code},
        "text": source.text(row) if clearance >= PERSONAL else DOTS,
        "why": str(rules.why(entry.what, due, days)),
        "group": group.value,
        "due_on": due.isoformat(),
        "due_at": entry.due.isoformat(timespec="minutes"),
        "deadline": str(rules.deadline_words(entry.due, now)),
        "tone": rules.tone_of(entry, now),
        "days": days,
        "urgency": "overdue" if entry.due < now else "today" if days == 0 else "soon",
        "owner": owner.name if owner else "",
        "owner_id": owner.pk if owner else None,
        "mandatory": group is Group.MANDATORY,
        "row_version": row.row_version,
    }


def _next_due(owners: tuple[int | None, ...] | None) -> dict[str, Any] | None:
    """Return the next plan of a desk on which nothing is due: {on, client, text}; None where none is planned."""
    found = owned(FollowUp.objects.filter(state=PlanState.PLANNED), owners).order_by("due_on", "pk")
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

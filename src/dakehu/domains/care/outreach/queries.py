"""Queries of the calls after a shock: campaigns, the list of calls of a day."""

from collections import Counter
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count

from dakehu.domains.care.distress.choices import CaseState
from dakehu.domains.care.distress.queries import case_lines
from dakehu.domains.care.models import DistressCase, Outreach, OutreachAttempt, OutreachCall
from dakehu.domains.care.outreach import rules, words
from dakehu.domains.care.outreach.choices import CallOutcome, CallState, Cause
from dakehu.domains.care.permissions import OUTREACH_READ
from dakehu.domains.service.absences.standing_in import for_whom, reminded_for
from dakehu.domains.service.shocks import words as shock_words
from dakehu.domains.service.shocks.rules import BAND_NAMES, WEIGHTS, Band
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

OUTREACH = Parameter("outreach", kind="integer", required=False, spec=FieldSpec("急跌致电", "Outreach"))
MINE = Parameter("mine", kind="bool", required=False, spec=FieldSpec("只看我的", "Mine only"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
SHOWN = 200
GROUPS = {
    "today": bilingual("今天致电", "Call today"),
    "later": bilingual("顺延或改期", "Rolled on, or for a later day"),
    "done": bilingual("已联系上", "Reached"),
    "closed": bilingual("不再致电", "Not called any more"),
}
NOT_IN_TIME = bilingual("截止后仍未联系上", "Not reached by the last day")


def find_outreach(number: int | None) -> Outreach | None:
    """Return a campaign by id, or the current one; None if there is none. Raises NotFound for an unknown id.

    The current one: after a fall of the market while its calls run, else the newest.
    """
    if number is None:
        running = Outreach.objects.filter(cause=Cause.MARKET.value, ends_on__gte=clock.today())
        current: Outreach | None = running.order_by("-day").first() or Outreach.objects.order_by("-day").first()
        return current
    row: Outreach | None = Outreach.objects.filter(pk=number).first()
    if row is None:
        raise NotFound(bilingual("急跌致电", "outreach"))
    return row


def render_outreach(row: Outreach) -> dict[str, Any]:
    """Return a campaign as plain values: {id, day, cause, headline, ends_on, is_running, seed}."""
    return {
        "id": row.pk,
        "day": row.day.isoformat(),
        "cause": str(row.cause),
        "headline": words.headline(str(row.cause), row.index, row.days, row.change),
        "ends_on": row.ends_on.isoformat(),
        "is_running": row.ends_on >= clock.today(),
        "seed": row.seed,
    }


@query("care.outreaches", needs=OUTREACH_READ, zh="急跌致电历次", en="Outreaches")
def outreaches() -> list[dict[str, Any]]:
    """Return the campaigns of calls, newest first, with how many of the reader's clients were called and reached."""
    rows = list(Outreach.objects.order_by("-day")[:24])
    counted = OutreachCall.objects.filter(outreach__in=rows).values_list("outreach_id", "state").annotate(n=Count("pk"))
    states: dict[int, Counter[str]] = {row.pk: Counter() for row in rows}
    for number, state, count in counted.order_by():
        states[number][state] += count
    return [
        {**render_outreach(row), "clients": states[row.pk].total(), "reached": states[row.pk]["reached"]}
        for row in rows
        if states[row.pk]
    ]


@query(
    "care.outreach_list",
    needs=OUTREACH_READ,
    zh="急跌致电名单",
    en="Calls of an outreach",
    parameters=(OUTREACH, MINE),
)
def outreach_list(*, outreach: int | None = None, mine: bool | None = None) -> dict[str, Any]:
    """Return the calls of a campaign, by default the newest, in the order of the list; {outreach: None} without one.

    {outreach, capacity, groups: [{group, title, count, lines}], people: [{id, name, calls, reached, today}], cases,
    counts}. A line: {id, row_version, place, client, why, score, band, loss, day_return, caller, state, next_on,
    rolled, attempts, last_outcome, case}. `mine`: calls of the reader and of absent colleagues whose deputy the reader
    is. Calls that are due, up to what a person can make in a day, are those of today; the rest move to the next day.
    """
    row = find_outreach(outreach)
    if row is None:
        return {"outreach": None, "groups": [], "people": [], "cases": [], "counts": {}, "capacity": 0}
    rows = OutreachCall.objects.filter(outreach=row).order_by("place")
    cases = DistressCase.objects.filter(call__outreach=row).select_related(
        "client", "caller", "lead", "second_person", "closed_by"
    )
    if mine:
        rows = rows.filter(caller_id__in=reminded_for())
        cases = cases.filter(call__caller_id__in=reminded_for())
    placed = [CallPlace(*one) for one in rows.values_list("pk", "caller_id", "place", "next_on", "state")]
    grouped = _calls_by_group(row, placed)
    shown = _lines(grouped, {case.call_id for case in cases if case.state == CaseState.OPEN})
    return {
        "outreach": render_outreach(row),
        "capacity": int(firm_settings.current("CALLS_PER_DAY")),
        "counts": {name: len(some) for name, some in grouped.items()},
        "groups": [
            {"group": name, "title": str(_title(name, row)), "count": len(grouped[name]), "lines": lines}
            for name, lines in shown.items()
            if lines
        ],
        "people": _people(placed, set(grouped["today"])),
        "cases": case_lines(sorted(cases, key=lambda case: (case.state != CaseState.OPEN, -case.pk))),
    }


def _title(group: str, row: Outreach) -> Bilingual:
    """Return the title of a group; after the last day of calls nothing is due."""
    return NOT_IN_TIME if group == "today" and row.ends_on < clock.today() else GROUPS[group]


def attempts_of(calls: list[OutreachCall]) -> dict[int, list[OutreachAttempt]]:
    """Return {call: its attempts, oldest first}."""
    found: dict[int, list[OutreachAttempt]] = {}
    rows = OutreachAttempt.objects.filter(call__in=[call.pk for call in calls]).select_related("staff")
    for row in rows.order_by("held_at", "pk"):
        found.setdefault(row.call_id, []).append(row)
    return found


class CallPlace(NamedTuple):
    """Inputs of the grouping of a list, of one call."""

    pk: int
    caller: int | None
    place: int
    next_on: date
    state: str


def _calls_by_group(row: Outreach, placed: list[CallPlace]) -> dict[str, list[int]]:
    """Return the ids of the calls by group, each in the order of the list."""
    today = clock.today()
    tried = OutreachAttempt.objects.filter(call__outreach=row, held_at__gte=clock.start_of_day(today))
    done = Counter(user for user in tried.values_list("staff_id", flat=True) if user is not None)
    waiting = [rules.Due(one.pk, one.caller, one.place, one.next_on) for one in placed if one.state == CallState.OPEN]
    due = rules.due_today(waiting, done, int(firm_settings.current("CALLS_PER_DAY")), today)
    found: dict[str, list[int]] = {name: [] for name in GROUPS}
    for one in placed:
        if one.state == CallState.OPEN:
            found["today" if one.pk in due else "later"].append(one.pk)
        else:
            found["done" if one.state == CallState.REACHED else "closed"].append(one.pk)
    return found


def _lines(grouped: dict[str, list[int]], cases: set[int | None]) -> dict[str, list[dict[str, Any]]]:
    """Return the first calls of each group as lines. `cases`: the calls with an open case of distress."""
    wanted = [pk for some in grouped.values() for pk in some[:SHOWN]]
    rows = OutreachCall.objects.filter(pk__in=wanted).select_related("client", "caller", "outreach")
    calls = {row.pk: row for row in rows}
    tried = attempts_of(list(calls.values()))
    whose = {user: str(for_whom(user)) for user in reminded_for()}
    return {
        name: [_line(calls[pk], tried, cases, whose) for pk in some[:SHOWN] if pk in calls]
        for name, some in grouped.items()
    }


def _people(placed: list[CallPlace], today: set[int]) -> list[dict[str, Any]]:
    """Return how many calls each person has, has reached and makes today, the most calls first."""
    total = Counter(one.caller for one in placed)
    reached = Counter(one.caller for one in placed if one.state == CallState.REACHED)
    now = Counter(one.caller for one in placed if one.pk in today)
    names = team.names_of([user for user in total if user is not None])
    nobody = str(bilingual("无人可打", "nobody"))
    people = [
        {"id": user, "name": names.get(user or 0, nobody), "calls": count, "reached": reached[user], "today": now[user]}
        for user, count in total.items()
    ]
    return sorted(people, key=lambda one: (one["id"] is None, -one["calls"], one["name"]))


def _line(
    call: OutreachCall, tried: dict[int, list[OutreachAttempt]], cases: set[int | None], whose: dict[int, str]
) -> dict[str, Any]:
    """Return one call as a line of the list. `whose`: labels of the callers for whom the reader deputises."""
    attempts = tried.get(call.pk, [])
    today = clock.today()
    is_open = call.state == CallState.OPEN
    rolled = trading_days.trading_days_between(call.planned_on, today) if is_open and call.planned_on < today else []
    return {
        "id": call.pk,
        "row_version": call.row_version,
        "place": call.place,
        "client": {
            "id": call.client_id,
            "name": name_of(call.client, current_actor().clearance),
            "code": call.client.code,
        },
        "why": priority_reason(call),
        "score": round(call.score),
        "band": call.band,
        "band_text": str(BAND_NAMES[Band(call.band)]),
        "loss": words.money(call.loss),
        "day_return": shock_words.percent(call.day_return),
        "caller": call.caller.name if call.caller else "",
        "for_whom": whose.get(call.caller_id or 0, ""),
        "state": str(call.state),
        "state_text": CallState.text_of(call.state),
        "next_on": call.next_on.isoformat(),
        "reached_on": call.reached_on.isoformat() if call.reached_on else "",
        "rolled": max(0, len(rolled) - 1),
        "attempts": len(attempts),
        "last_outcome": CallOutcome.text_of(attempts[-1].outcome) if attempts else "",
        "has_case": call.pk in cases,
    }


def priority_reason(call: OutreachCall) -> str:
    """Return the reason for a client's rank, from the parts of the score stored with the call."""
    points, missing = call.parts.get("points", {}), call.parts.get("missing", [])
    row = {name: points.get(name, 0) for name in WEIGHTS}
    return shock_words.priority_reason({**row, "missing": missing, "signs": call.parts.get("signs", [])})


@query(
    "care.outreach_calls",
    needs=OUTREACH_READ,
    zh="急跌致电客户",
    en="Clients to call",
    parameters=(FILTERS, ORDER),
)
def outreach_calls(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the calls of all campaigns to visible clients, in the order of each list."""
    return filter_rows(OutreachCall.objects.all(), filters or {}, order or "-outreach,place")

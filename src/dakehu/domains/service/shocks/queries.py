"""The list of calls after a fall of the market: whom to call, calls made, and the details of a call."""

from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from dakehu.domains.clients import queries as clients
from dakehu.domains.service.models import Interaction
from dakehu.domains.service.queries import MINE, OWNER
from dakehu.domains.service.shocks import rules, store, words
from dakehu.domains.service.shocks.current import current_shock
from dakehu.domains.service.shocks.rules import Band
from dakehu.domains.service.shocks.store import Shock
from dakehu.domains.service.today import rules as today_rules
from dakehu.domains.service.today.queries import GROUP, LIMIT, SHOWN, tiers_of
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

DAY = Parameter("day", kind="date", required=False, spec=FieldSpec("日期", "Day"))
CALLED = [band.value for band in rules.CALLED]
MORNING = time(9, 15)


def is_running() -> bool:
    """Return whether calls after a fall of the market are made now."""
    return current_shock() is not None


@query(
    "service.shock_list",
    needs=Permission.SERVICE_READ,
    zh="市场急跌致电名单",
    en="Calls after a fall of the market",
    parameters=(DAY, MINE, OWNER, GROUP, LIMIT),
)
def shock_list(
    *,
    day: date | None = None,
    mine: bool | None = None,
    owner: int | None = None,
    group: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Return whom to call after a fall of the market, in order, with why; {shock: None} where there is none.

    {shock: {day, index, change, headline}, counts: {band: still to call}, groups, total, lines, more, done: clients called,
    beyond: calls beyond all capacity, written: {band: clients to be written to}, people: [{name, calls, done}],
    calls: [{client, staff, at}]}. `mine` and `owner` limit it to the calls of one person, `group` to one band.
    """
    shock = current_shock(day)
    if shock is None:
        return {"shock": None, "counts": {}, "groups": [], "total": 0, "lines": [], "more": 0, "next_due": None}
    actor = current_actor()
    caller = actor.user_id if mine else owner
    rows = _rows(shock, caller)
    seen = clients.get_client_by_id([row["client"] for row in rows])
    rows = [row for row in rows if row["client"] in seen]
    calls = _calls(shock, seen)
    called = {call["client"]["id"] for call in calls}
    left = [row for row in rows if row["band"] in CALLED and row["client"] not in called]
    counts = {band: sum(row["band"] == band for row in left) for band in CALLED}
    wanted = [row for row in left if not group or row["band"] == group]
    shown = wanted[: max(min(limit or SHOWN, SHOWN), 1)]
    names = team.names_of({row["caller"] for row in rows if row["caller"]})
    tiers, dues = tiers_of([row["client"] for row in shown]), _deadlines_by_band(shock)
    return {
        "shock": {
            "day": shock.day.isoformat(),
            "index": str(words.index_name(shock.index)),
            "change": shock.change,
            "headline": words.headline(shock),
        },
        "counts": counts,
        "groups": [{"group": b, "title": str(rules.BAND_NAMES[Band(b)]), "count": counts[b]} for b in CALLED],
        "total": len(left),
        "lines": [_line(row, seen[row["client"]], names, tiers.get(row["client"], (0, ""))[1], dues) for row in shown],
        "more": len(wanted) - len(shown),
        "next_due": None,
        "done": sum(row["client"] in called for row in rows if row["band"] in CALLED),
        "beyond": sum(row["caller"] is None for row in left),
        "written": {band: sum(row["band"] == band for row in rows) for band in (Band.MESSAGE.value, Band.NOTE.value)},
        "people": _people(rows, called, names),
        "calls": calls,
    }


def _rows(shock: Shock, caller: int | None) -> list[dict[str, Any]]:
    """Return the rows of one caller, or of the clients of the actor and their team, in the order of the list."""
    actor, rows = current_actor(), store.rows(shock.day)
    if caller is not None:
        mine = (pl.col("caller") == caller) | (pl.col("caller").is_null() & (pl.col("main") == caller))
        rows = rows.filter(mine)
    elif actor.reach is Reach.COVERED:
        covers = list(actor.covers)
        rows = rows.filter(pl.col("caller").is_in(covers) | pl.col("main").is_in(covers))
    return rows.collect().to_dicts()


def _calls(shock: Shock, seen: dict[int, Any]) -> list[dict[str, Any]]:
    """Return the contacts with clients of the list since the day of the shock, newest first: [{client, staff, at}]."""
    held = Interaction.objects.filter(client_id__among=list(seen), held_at__gte=clock.start_of_day(shock.day))
    clearance = current_actor().clearance
    return [
        {
            "client": {"id": row.client_id, "name": name_of(seen[row.client_id], clearance)},
            "staff": row.staff.name if row.staff else "",
            "staff_id": row.staff_id,
            "at": clock.local(row.held_at).isoformat(timespec="minutes"),
        }
        for row in held.select_related("staff").order_by("-held_at", "-pk")
    ]


def _people(rows: list[dict[str, Any]], called: set[int], names: dict[int, str]) -> list[dict[str, Any]]:
    """Return how many calls each person has and has made: [{id, name, calls, done}], the most calls first."""
    found: dict[int | None, list[int]] = {}
    for row in rows:
        if row["band"] in CALLED:
            counted = found.setdefault(row["caller"], [0, 0])
            counted[0] += 1
            counted[1] += row["client"] in called
    nobody = str(bilingual("超出人手", "Beyond what people can make"))
    people = [
        {"id": user, "name": names.get(user, "") if user else nobody, "calls": calls, "done": done}
        for user, (calls, done) in found.items()
    ]
    return sorted(people, key=lambda one: (one["id"] is None, -one["calls"], one["name"]))


def _deadlines_by_band(shock: Shock) -> dict[str, datetime]:
    """Return {band: until when its calls are made}."""
    morning = datetime.combine(trading_days.next_trading_day(shock.day + timedelta(days=1)), MORNING)
    return {**dict.fromkeys(CALLED, today_rules.end_of(shock.day)), Band.MORNING.value: morning}


def _line(
    row: dict[str, Any], client: Any, names: dict[int, str], tier: str, dues: dict[str, datetime]
) -> dict[str, Any]:
    """Return one call as a line of today's list."""
    now = clock.local(clock.now()).replace(tzinfo=None)
    due = dues.get(row["band"], dues[Band.MORNING.value])
    return {
        "work": f"shock:{client.pk}",
        "what": "shock",
        "id": client.pk,
        "kind": "M13",
        "label": str(words.PURPOSE),
        "client": {"id": client.pk, "name": name_of(client, current_actor().clearance), "code": client.code},
        "text": words.score(row),
        "why": words.priority_reason(row),
        "tier": tier,
        "group": row["band"],
        "due_on": due.date().isoformat(),
        "due_at": due.isoformat(timespec="minutes"),
        "deadline": str(today_rules.deadline_words(due, now)),
        "tone": "bad" if row["band"] == Band.MARGIN else "warn" if row["band"] == Band.TODAY else "",
        "owner": names.get(row["caller"], "") if row["caller"] else str(bilingual("无人可打", "nobody")),
        "owner_id": row["caller"],
        "mandatory": row["band"] == Band.MARGIN,
        "escalation": 0,
        "row_version": 0,
    }


@query(
    "service.shock_call",
    needs=Permission.SERVICE_READ,
    zh="致电详情",
    en="A call after a fall of the market",
    parameters=(Parameter("client", "clients.Client", spec=FieldSpec("客户", "Client")), DAY),
)
def shock_call(*, client: Any, day: date | None = None) -> dict[str, Any]:
    """Return the details of a call: {line, facts: the parts of the score, scripts, course, note, contacts: []}.

    Raises NotFound for a client who is not on the list.
    """
    shock = current_shock(day)
    found = [] if shock is None else store.rows(shock.day).filter(pl.col("client") == client.pk).collect().to_dicts()
    if shock is None or not found:
        raise NotFound(bilingual("致电名单中的客户", "client on the list"), client.code)
    row = found[0]
    names = team.names_of([row["caller"]] if row["caller"] else [])
    not_known = str(bilingual("没有数据，按 0 计", "no data, counted as 0"))
    return {
        "line": _line(row, client, names, tiers_of([client.pk]).get(client.pk, (0, ""))[1], _deadlines_by_band(shock)),
        "facts": [
            {
                "label": str(rules.PART_NAMES[name]),
                "value": not_known if name in row["missing"] else f"{row[name]:.1f} / {weight}",
            }
            for name, weight in rules.WEIGHTS.items()
        ],
        "rule": None,
        "action": str(words.STOP),
        "wording": "",
        "scripts": words.scripts(shock, row, name_of(client, current_actor().clearance)),
        "course": [str(part) for part in words.COURSE],
        "note": words.note(),
        "purpose": str(words.PURPOSE),
        "outcomes": [],
        "steps": [],
        "contacts": [],
    }

"""Goals of members and teams, always measured from records."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min
from django.db.models.functions import TruncDate

from dakehu.domains.service.calendar import goal_rules
from dakehu.domains.service.calendar.goal_rules import Progress
from dakehu.domains.service.calendar.meeting_queries import held_between
from dakehu.domains.service.models import Goal, Interaction, Measure, MeetingKind
from dakehu.domains.service.models.calendar import people_of
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.cards import number, rows_at
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Fields, Parameter

FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
ENDED = Parameter("ended", required=False, kind="bool", spec=FieldSpec("含已结束", "Ended ones too"))
GOAL = Parameter("goal_id", kind="integer", spec=FieldSpec("目标编号", "Goal id"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
IN_CARD = 6  # goals that a start card shows
CARD_TONES = {"reached": "good", "behind": "warn", "missed": "bad"}
KEPT = timedelta(days=31)  # for which a goal that has ended is still shown


@query("service.goals", needs=Permission.SERVICE_READ, zh="工作目标", en="Goals", parameters=(FILTERS, ORDER))
def goal_rows(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the goals of the actor and the team as they were set, latest first."""
    return filter_rows(Goal.objects, filters or {}, order or "-last_on")


@query(
    "service.goal_progress", needs=Permission.SERVICE_READ, zh="目标进度", en="Progress of goals", parameters=(ENDED,)
)
def goal_progress(*, ended: bool | None = None) -> list[dict[str, Any]]:
    """Return the progress of each goal: [{id, row_version, name, whose, measure, first_on, last_on, value, target,
    percent, expected, state, steps: [{month, target, value}], rows_at}], ordered by end.

    Measured from records on every read. Goals that ended more than a month ago are left out unless `ended`.
    """
    rows = Goal.objects.select_related("user", "team").order_by("last_on", "pk")
    if not ended:
        rows = rows.filter(last_on__gte=clock.today() - KEPT)
    return [_as_plain(row, measure(row)) for row in rows]


def _people(row: Goal) -> list[int]:
    """Return the ids of the people whose work counts for a goal."""
    if row.user_id:
        return [row.user_id]
    users: Any = model_of("team.User").objects.filter(team_id=row.team_id)
    return list(users.order_by("pk").values_list("pk", flat=True))


def measure(row: Goal) -> Progress:
    """Return the progress of a goal: counts only, over all clients of the people responsible except restricted ones."""
    with elevated("the progress of a goal, as counts"):
        counts, whole = MEASURES[str(row.measure)](row, _people(row))
    days = set(trading_days.trading_days_between(row.first_on, row.last_on))
    return goal_rules.progress(
        row.first_on,
        row.last_on,
        float(row.target),
        counts,
        whole,
        clock.today(),
        lambda first, last: sum(1 for day in days if first <= day <= last),
    )


def _period(row: Goal, column: str) -> dict[str, Any]:
    """Return the condition that a time is in the period of a goal."""
    since, until = clock.start_of_day(row.first_on), clock.start_of_day(row.last_on + timedelta(days=1))
    return {f"{column}__gte": since, f"{column}__lt": until}


def _contacts(row: Goal, people: list[int]) -> tuple[dict[date, int], int | None]:
    """Return contacts by day."""
    rows = Interaction.objects.filter(staff_id__in=people, **_period(row, "held_at"))
    rows = rows.exclude(client__restricted=True)
    if row.tier:
        rows = rows.filter(client__tier__code=row.tier)
    counted = rows.order_by().annotate(on=TruncDate("held_at")).values("on").annotate(count=Count("pk"))
    return {one["on"]: one["count"] for one in counted}, None


def _clients_served(row: Goal, people: list[int]) -> Any:
    """Return the clients whom some people serve as main managers, of the goal's tier if set."""
    rows: Any = model_of("clients.Coverage").objects.filter(user_id__in=people, until=None, role="main")
    return rows.filter(client__tier__code=row.tier) if row.tier else rows


def _coverage(row: Goal, people: list[int]) -> tuple[dict[date, int], int | None]:
    """Return by day how many clients had their first contact of the period, and how many clients are served."""
    served = _clients_served(row, people).exclude(client__status="closed")
    rows = Interaction.objects.filter(client_id__in=served.values("client_id"), **_period(row, "held_at"))
    found: dict[date, int] = {}
    for one in rows.order_by().values("client_id").annotate(first=Min("held_at")):
        day = clock.local(one["first"]).date()
        found[day] = found.get(day, 0) + 1
    return found, served.count()


def _new_clients(row: Goal, people: list[int]) -> tuple[dict[date, int], int | None]:
    """Return clients by the day on which their account was opened."""
    opened = _clients_served(row, people).filter(
        client__opened_on__gte=row.first_on, client__opened_on__lte=row.last_on
    )
    counted = opened.order_by().values("client__opened_on").annotate(count=Count("pk"))
    return {one["client__opened_on"]: one["count"] for one in counted}, None


def _events(row: Goal, people: list[int]) -> tuple[dict[date, int], int | None]:
    """Return client events by day: meetings of that kind which were recorded as held."""
    rows = held_between(row.first_on, row.last_on).filter(kind=MeetingKind.EVENT, organiser_id__in=people)
    rows = rows.exclude(client__restricted=True)
    found: dict[date, int] = {}
    for starts_at in rows.values_list("starts_at", flat=True):
        day = clock.local(starts_at).date()
        found[day] = found.get(day, 0) + 1
    return found, None


MEASURES = {
    Measure.CONTACTS.value: _contacts,
    Measure.COVERAGE.value: _coverage,
    Measure.NEW_CLIENTS.value: _new_clients,
    Measure.EVENTS.value: _events,
}


def _as_plain(row: Goal, found: Progress) -> dict[str, Any]:
    """Return a goal with its progress as plain values."""
    return {
        "id": row.pk,
        "row_version": row.row_version,
        "name": row.name,
        "whose": row.user.name if row.user_id else row.team.name,
        "is_team": row.team_id is not None,
        "measure": str(row.measure),
        "measure_name": Measure.text_of(str(row.measure)),
        "tier": str(row.tier),
        "unit": "%" if row.measure == Measure.COVERAGE else "",
        "first_on": row.first_on.isoformat(),
        "last_on": row.last_on.isoformat(),
        "value": None if found.value is None else round(found.value, 1),
        "target": found.target,
        "percent": found.percent,
        "expected": found.expected,
        "state": found.state,
        "state_name": str(goal_rules.STATES[found.state]),
        "note": row.note,
        "steps": [{"month": one.month, "target": one.target, "value": one.value} for one in found.steps],
        "rows_at": _rows_at(row),
    }


def _rows_at(row: Goal) -> dict[str, Any] | None:
    """Return the URL of the records behind a goal of contacts, for readers who see them all."""
    people = _people(row)
    if row.measure != Measure.CONTACTS or row.tier or not set(people) <= set(people_of(current_actor())):
        return None
    until = (row.last_on + timedelta(days=1)).isoformat()
    staff = {"staff.in": ",".join(map(str, people))}
    return rows_at("service.interactions", {**staff, "held_at.ge": row.first_on.isoformat(), "held_at.lt": until})


@query("service.goals_card", needs=Permission.SERVICE_READ, zh="目标进度卡片", en="Card of goals")
def goals_card() -> dict[str, Any]:
    """Return the running goals as a table of a start card (foundation.schema.cards), those behind their timetable first."""
    order = ("behind", "on_track", "coming", "unknown", "reached", "missed")
    found = sorted(goal_progress(), key=lambda row: order.index(row["state"]))[:IN_CARD]
    labels = {
        "name": bilingual("目标", "Goal"),
        "value": bilingual("已完成", "Reached"),
        "target": bilingual("目标值", "Target"),
        "expected": bilingual("今日应达到", "Due by today"),
        "state": bilingual("进度", "State"),
    }
    return {
        "columns": [{"name": name, "label": str(label), "kind": "number"} for name, label in labels.items()],
        "rows": [
            {
                "name": number("", row["name"], unit="text"),
                "value": number("", _figure(row["value"], row["unit"]), unit="text"),
                "target": number("", _figure(row["target"], row["unit"]), unit="text"),
                "expected": number("", _figure(row["expected"], row["unit"]), unit="text"),
                "state": number("", row["state_name"], unit="text", tone=CARD_TONES.get(row["state"], "")),
            }
            for row in found
        ],
        "as_of": clock.today().isoformat(),
    }


def _figure(value: float | None, unit: str) -> str:
    """Return a figure with its unit, a dash if missing."""
    return "–" if value is None else f"{value:g}{unit}"


def check_goal(row: Goal) -> None:
    """Raise Refused for an invalid goal, or one of people whom the actor does not lead."""
    error = goal_rules.goal_error(
        has_user=row.user_id is not None,
        has_team=row.team_id is not None,
        first=row.first_on,
        last=row.last_on,
        measure=str(row.measure),
        target=float(row.target),
        tier=str(row.tier),
    )
    if error is not None:
        raise refusal(*error)
    me = team.current_user()
    if row.user_id is not None and row.user_id not in people_of(current_actor()):
        raise refusal("user", "只能为自己或本队同事设定目标。", "Only for oneself or one's own team.")
    if row.team_id is not None and me is not None and me.team_id != row.team_id:
        raise refusal("team", "只能为本队设定目标。", "Only for one's own team.")


@action(
    "service.set_goal",
    needs=Permission.GOALS_SET,
    zh="设定目标",
    en="Set a goal",
    parameters=(Fields("service.Goal", required=("name", "measure", "first_on", "last_on", "target"), new=True),),
)
def set_goal(*, target: Decimal, **values: Any) -> Goal:
    """Set a goal of a member or of a team over a period. Progress is counted from records, never entered."""
    row = Goal(target=target, **{k: v for k, v in values.items() if v is not None})
    check_goal(row)
    row.save()
    return row


def _get(pk: int) -> Goal:
    """Return a goal that the actor may see. Raises NotFound."""
    row: Goal | None = Goal.objects.filter(pk=pk).select_related("user", "team").first()
    if row is None:
        raise NotFound(bilingual("目标", "goal"))
    return row


@action(
    "service.change_goal",
    needs=Permission.GOALS_SET,
    zh="修改目标",
    en="Change a goal",
    parameters=(GOAL, VERSION, Fields("service.Goal")),
)
def change_goal(*, goal_id: int, version: int | None = None, **values: Any) -> Goal:
    """Change a goal. Raises a conflict if `version` is not the stored one."""
    row = _get(goal_id)
    check_version(row, version)
    for name, value in values.items():
        if value is not None or Goal._meta.get_field(name).null:
            setattr(row, name, value)
    check_goal(row)
    row.save()
    return row


@action(
    "service.remove_goal",
    needs=Permission.GOALS_SET,
    zh="删除目标",
    en="Remove a goal",
    parameters=(GOAL, VERSION),
)
def remove_goal(*, goal_id: int, version: int | None = None) -> None:
    """Remove a goal; the records by which it was measured are kept."""
    row = _get(goal_id)
    check_version(row, version)
    row.delete()

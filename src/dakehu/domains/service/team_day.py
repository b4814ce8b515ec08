"""Daily work of a team: coverage of clients, completion of mandatory work in time, and lateness."""

from typing import Any

from django.db.models import Count, F, Q

from dakehu.domains.service.models import Moment
from dakehu.domains.service.moments import rules as moment_rules
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.cards import number, rows_at
from dakehu.foundation.schema.fields import model_of

MOMENTS, CLIENTS = "service.moments", "clients.list"
COLUMNS = {
    "member": bilingual("成员", "Member"),
    "owed": bilingual("应联系客户", "Clients owed contact"),
    "late_contacts": bilingual("联系超期", "Contact overdue"),
    "coverage": bilingual("服务覆盖率", "Coverage"),
    "mandatory": bilingual("本月必办", "Mandatory this month"),
    "in_time": bilingual("按时完成", "Done in time"),
    "completion": bilingual("必办完成率", "Completion"),
    "open": bilingual("待处理", "Open"),
    "late": bilingual("已超时限", "Past deadline"),
    "escalated": bilingual("已升级", "Escalated"),
}


@query("service.team_day", needs=Permission.MOMENT_ASSIGN, zh="团队执行情况", en="How the team works its day")
def team_day() -> dict[str, Any]:
    """Return one line per member: clients owed contact by their tier and overdue, mandatory moments of the month, lateness.

    Coverage is the share of clients owed contact who had it in time; completion the share of the month's mandatory
    moments whose deadline has passed or that are done, and that were done in time. Over the visible clients.
    """
    actor = current_actor()
    owed, moments = _owed_contacts(actor.covers), _moments(actor.covers)
    names = team.names_of(actor.covers)
    rows = [
        _row(user, names.get(user, ""), owed.get(user, {}), moments.get(user, {}))
        for user in sorted(actor.covers, key=lambda pk: names.get(pk, ""))
    ]
    columns = [{"name": name, "label": str(label), "kind": "number"} for name, label in COLUMNS.items()]
    return {"columns": columns, "rows": rows, "as_of": clock.today().isoformat()}


def _owed_contacts(users: tuple[int, ...]) -> dict[int, dict[str, int]]:
    """Return {user: {owed, late_contacts}} of the clients whom each serves as main manager."""
    user = "client__coverage__user_id"
    rows: Any = model_of("tiers.ClientTier").objects.filter(
        contact_due_on__isnull=False,
        client__coverage__until=None,
        client__coverage__role="main",
        client__coverage__user_id__in=users,
    )
    late = Count("pk", filter=Q(contact_due_on__lt=clock.today()))
    counted = rows.order_by().values(user).annotate(owed=Count("pk"), late_contacts=late)
    return {row[user]: row for row in counted}


def _moments(users: tuple[int, ...]) -> dict[int, dict[str, int]]:
    """Return {user: {must, in_time, open, late, climbed}} of the moments that each owns."""
    now, month = clock.now(), _month()
    is_open = Q(state__in=moment_rules.OPEN_STATES)
    due = Q(mandatory=True, due_at__gte=month, due_at__lt=now) | Q(mandatory=True, worked_at__gte=month)
    counted = (
        Moment.objects.filter(owner_id__in=users)
        .filter(is_open | due)
        .order_by()
        .values("owner_id")
        .annotate(
            must=Count("pk", filter=due),
            in_time=Count("pk", filter=due & Q(worked_at__lte=F("due_at"))),
            open=Count("pk", filter=is_open),
            late=Count("pk", filter=is_open & Q(due_at__lt=clock.start_of_day(clock.today()))),
            climbed=Count("pk", filter=is_open & Q(escalation__gt=0)),
        )
    )
    return {row["owner_id"]: row for row in counted}


def _month() -> Any:
    """Return the start of the current month."""
    return clock.start_of_day(clock.today().replace(day=1))


def _row(user: int, name: str, owed: dict[str, int], moments: dict[str, int]) -> dict[str, Any]:
    """Return the line of one member; each number with the link to its rows."""
    today = clock.today().isoformat()
    served = {"manager": user, "tier__contact_due_on.filled": 1}
    still_open = {"owner": user, "state.in": ",".join(moment_rules.OPEN_STATES)}
    return {
        "member": number("", name, unit="text", rows=rows_at("service.today_list", {"owner": user})),
        "owed": number("", owed.get("owed", 0), rows=rows_at(CLIENTS, served)),
        "late_contacts": number(
            "",
            owed.get("late_contacts", 0),
            rows=rows_at(CLIENTS, {"manager": user, "tier__contact_due_on.lt": today}),
            tone="bad",
        ),
        "coverage": _share(owed.get("owed", 0) - owed.get("late_contacts", 0), owed.get("owed", 0)),
        "mandatory": number("", moments.get("must", 0), unit="text"),
        "in_time": number("", moments.get("in_time", 0), unit="text"),
        "completion": _share(moments.get("in_time", 0), moments.get("must", 0)),
        "open": number("", moments.get("open", 0), rows=rows_at(MOMENTS, still_open)),
        "late": number(
            "",
            moments.get("late", 0),
            rows=rows_at(MOMENTS, {**still_open, "due_at.lt": clock.start_of_day(clock.today()).isoformat()}),
            tone="bad",
        ),
        "escalated": number(
            "",
            moments.get("climbed", 0),
            rows=rows_at(MOMENTS, {**still_open, "escalation.gt": 0}),
            tone="warn",
        ),
    }


def _share(part: int, whole: int) -> dict[str, Any]:
    """Return a share as text, a dash if there is none."""
    return number("", f"{100 * part / whole:.0f}%" if whole else "–", unit="text")

"""Completion of mandatory moments and coverage of clients by person, each number with its rows."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q

from dakehu.domains.service.models import Moment
from dakehu.domains.service.moments import lists
from dakehu.domains.service.moments.rules import OPEN_STATES
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.cards import number, rows_at
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

LIST, CLIENTS = "service.moments", "clients.list"
DAYS, MOST_DAYS = 30, 366
PERIOD = Parameter("days", required=False, kind="integer", spec=FieldSpec("天数", "Days"))
COLUMNS = {
    "due": bilingual("必做到期", "Mandatory due"),
    "on_time": bilingual("按时完成", "Done on time"),
    "late": bilingual("逾期完成", "Done late"),
    "missed": bilingual("未完成", "Not done"),
    "rate": bilingual("必做完成率", "Completion rate"),
    "open": bilingual("待处理", "Open"),
    "clients": bilingual("主办客户", "Clients"),
    "contacted": bilingual("已服务客户", "Clients contacted"),
    "coverage": bilingual("服务覆盖率", "Coverage"),
}


@query(
    "service.moment_figures",
    needs=Permission.SERVICE_READ,
    zh="关键时刻完成情况",
    en="Completion of moments",
    parameters=(PERIOD,),
)
def moment_figures(*, days: int | None = None) -> dict[str, Any]:
    """Return completion and coverage of the last days (30), by owner, over visible rows.

    {since, columns, rows: [{user: {id, name}, due, on_time, late, missed, rate, open, clients, contacted, coverage}]}.
    Mandatory moments fired and due in the period: done on time (到期前), late, or not. rate = done ÷ due as the
    industry defines it (必做MOT完成率); coverage = main clients with a contact in the period ÷ main clients. A rate is None
    if nothing is counted.
    """
    since = clock.today() - timedelta(days=max(1, min(days or DAYS, MOST_DAYS)))
    counted, served = _moment_counts(since), _contact_counts(since)
    names = team.names_of({*counted, *served})
    rows = [
        _row(user, names.get(user, ""), counted.get(user, {}), served.get(user, {}), since) for user in sorted(names)
    ]
    columns = [{"name": name, "label": str(label), "kind": "number"} for name, label in COLUMNS.items()]
    return {"since": since.isoformat(), "columns": columns, "rows": rows}


def _moment_counts(since: date) -> dict[int, dict[str, int]]:
    """Return {owner: {due, on_time, late, open}} of moments."""
    fired = Q(mandatory=True, fired_on__gte=since)
    in_time = Q(worked_at__lte=F("due_at"))
    due = lists.came_due(Moment.objects.filter(fired).exclude(owner=None), value=True).order_by().values("owner")
    found = {
        row.pop("owner"): row
        for row in due.annotate(
            due=Count("pk"),
            on_time=Count("pk", filter=in_time & Q(state="done")),
            late=Count("pk", filter=~in_time & Q(state="done")),
        )
    }
    waiting = Moment.objects.filter(state__in=OPEN_STATES).exclude(owner=None).order_by().values("owner")
    for row in waiting.annotate(open=Count("pk")):
        found.setdefault(row["owner"], {})["open"] = row["open"]
    return found


def _contact_counts(since: date) -> dict[int, dict[str, int]]:
    """Return {main manager: {clients, contacted}} of the visible clients."""
    coverage: Any = model_of("clients.Coverage").objects.filter(until=None, role="main").order_by()
    rows = coverage.values("user").annotate(
        clients=Count("pk"), contacted=Count("pk", filter=Q(client__last_contact_on__gte=since))
    )
    covers = current_actor().covers
    return {row.pop("user"): row for row in rows if not covers or row["user"] in covers}


def _row(user: int, name: str, moments: dict[str, int], clients: dict[str, int], since: date) -> dict[str, Any]:
    """Return the line of one person, each number with the link to its rows."""
    at = {"owner": user, "mandatory": True, "fired_on.ge": since.isoformat(), "came_due": True}
    due, on_time, late = (moments.get(key, 0) for key in ("due", "on_time", "late"))
    served, contacted = clients.get("clients", 0), clients.get("contacted", 0)
    values = {
        "due": (due, rows_at(LIST, at), ""),
        "on_time": (on_time, rows_at(LIST, {**at, "on_time": True}), ""),
        "late": (late, rows_at(LIST, {**at, "state": "done", "on_time": False}), "warn"),
        "missed": (due - on_time - late, rows_at(LIST, {**at, "state.ne": "done"}), "bad"),
        "open": (moments.get("open", 0), rows_at(LIST, {"owner": user, "state.in": list(OPEN_STATES)}), ""),
        "clients": (served, rows_at(CLIENTS, {"manager": user}), ""),
        "contacted": (contacted, rows_at(CLIENTS, {"manager": user, "last_contact_on.ge": since.isoformat()}), ""),
    }
    line: dict[str, Any] = {"user": {"id": user, "name": name}}
    line |= {key: number(COLUMNS[key], value, rows=rows, tone=tone) for key, (value, rows, tone) in values.items()}
    shares = {"rate": (on_time + late, due), "coverage": (contacted, served)}
    return line | {
        key: number(COLUMNS[key], f"{part / whole:.4f}" if whole else None, unit="share")
        for key, (part, whole) in shares.items()
    }

"""Details of one line of today's list: its client, the figures, what to do and say; and who could take it over."""

from datetime import date, timedelta
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.service.models import Interaction
from dakehu.domains.service.queries import CLIENT
from dakehu.domains.service.today import rules, words
from dakehu.domains.service.today.queries import entry_of, line_of, source_of, tiers_of
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

LATEST = 3  # contacts shown with a line
WORK = Parameter("work", spec=FieldSpec("事项", "Work"))
DAYS = ((1, ("下一交易日", "Next trading day")), (3, ("3 天后", "In 3 days")), (7, ("1 周后", "In a week")))
FACTS = ("detail", "outcome", "every", "channel", "opened_on", "received_on", "summary")


@query(
    "service.work_detail", needs=Permission.SERVICE_READ, zh="事项详情", en="A line of today's list", parameters=(WORK,)
)
def work_detail(*, work: str) -> dict[str, Any]:
    """Return the details of a line: {line, facts: [{label, value}], rule, action, wording, outcomes, steps, contacts}.

    For a moment: the values that fired it, its rule and version, what is to be done and said, the outcomes it offers
    and its escalation. `contacts` are the client's latest three, newest first. Raises NotFound.
    """
    named = rules.parse_work(work)
    row = source_of(named[0]).rows([named[1]]).get(named[1]) if named else None
    if named is None or row is None:
        raise NotFound(bilingual("事项", "work"), work)
    now = clock.local(clock.now()).replace(tzinfo=None)
    latest = Interaction.objects.filter(client=row.client_id).order_by("-held_at", "-pk")[:LATEST]
    return {
        "line": line_of(entry_of(named[0], row), row, now, tiers_of([row.client_id]).get(row.client_id, (0, ""))[1]),
        "facts": words.facts(row) if named[0] == "moment" else _facts(row),
        "rule": words.rule(row) if named[0] == "moment" else None,
        "action": words.action(row) if named[0] == "moment" else "",
        "wording": words.wording(row) if named[0] == "moment" else "",
        "outcomes": words.outcomes(row) if named[0] == "moment" else [],
        "steps": words.steps(row) if named[0] == "moment" else [],
        "contacts": render_rows(list(latest), ("held_at", "channel", "staff", "summary", "result"), shown=True),
    }


def _facts(row: Any) -> list[dict[str, Any]]:
    """Return the values of the row as [{label, value}], without empty ones."""
    names = tuple(name for name in FACTS if any(field.name == name for field in row._meta.fields))
    shown = render_rows([row], names, shown=True)[0]
    return [
        {"label": row._meta.get_field(name).spec.label, "value": shown[name]}
        for name in names
        if shown.get(name) not in (None, "")
    ]


@query(
    "service.days_ahead", needs=Permission.SERVICE_READ, zh="推迟到哪一天", en="Days to put off to", parameters=CLIENT
)
def days_ahead(*, client: Any) -> list[dict[str, Any]]:
    """Return trading days to which work may be postponed: [{value, label}]."""
    today = clock.today()
    open_days = trading_days.trading_days_between(today + timedelta(days=1), today + timedelta(days=30))
    found: dict[date, str] = {}
    for days, label in DAYS:
        day = next((day for day in open_days if day >= today + timedelta(days=days)), None)
        if day is not None:
            found.setdefault(day, str(bilingual(*label)))
    return [{"value": day.isoformat(), "label": label} for day, label in found.items()]


@query(
    "service.colleagues", needs=Permission.SERVICE_READ, zh="可接手的同事", en="Who could take over", parameters=CLIENT
)
def colleagues(*, client: Any) -> list[dict[str, Any]]:
    """Return who serves a client, and the leads of their teams: [{value: user id, label: name}], without the actor."""
    serving = [row.user for row in clients.coverage(client=client).filter(until=None).select_related("user")]
    leads = [team.find_lead(user) for user in serving]
    me = team.current_user()
    found = {user.pk: user.name for user in (*serving, *leads) if user is not None and user.is_active}
    return [{"value": str(pk), "label": name} for pk, name in found.items() if me is None or pk != me.pk]

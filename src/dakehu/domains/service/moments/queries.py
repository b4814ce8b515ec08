"""Queries of moments and of their types."""

from typing import Any

from dakehu.domains.service.models import Moment, MomentOutcome, MomentRule, MomentRun
from dakehu.domains.service.moments import deadlines, rules
from dakehu.domains.service.moments.active import compile_rule
from dakehu.domains.service.moments.types import MomentType, moment_types
from dakehu.domains.service.queries import CLIENT, FILTERS, MINE, ORDER, OWNER
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, language
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema import facts
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

IS_OPEN = Parameter("is_open", required=False, kind="bool", spec=FieldSpec("只看待处理", "Only open ones"))


@query(
    "service.moments",
    needs=Permission.SERVICE_READ,
    zh="关键时刻列表",
    en="Moments",
    parameters=(FILTERS, ORDER, MINE, OWNER, IS_OPEN),
)
def moments(
    *,
    filters: dict[str, Any] | None = None,
    order: str | None = None,
    mine: bool | None = None,
    owner: int | None = None,
    is_open: bool | None = None,
) -> Any:
    """Return the visible moments, filtered and ordered; most urgent first by default.

    `mine` limits them to the actor's own, `owner` to those of one member of staff, `is_open` to those still to be worked
    (a snoozed one from its day).
    """
    rows = Moment.objects.all()
    if mine or owner:
        rows = rows.filter(owner_id=current_actor().user_id if mine else owner)
    if is_open:
        rows = rows.filter(state__in=rules.OPEN_STATES).exclude(snoozed_until__gt=clock.today())
    return filter_rows(rows, filters or {}, order or "priority,due_at")


@query(
    "service.client_moments",
    needs=Permission.SERVICE_READ,
    zh="客户的关键时刻",
    en="Moments of a client",
    parameters=(CLIENT, IS_OPEN),
)
def client_moments(*, client: Any, is_open: bool | None = None) -> Any:
    """Return the moments of a client, newest first; with `is_open` those still to be worked, most urgent first."""
    rows = Moment.objects.filter(client=client)
    if is_open:
        return rows.filter(state__in=rules.OPEN_STATES).order_by("priority", "due_at", "pk")
    return rows.order_by("-fired_on", "priority", "-pk")


@query("service.moment_types", needs=Permission.SERVICE_READ, zh="关键时刻类型", en="Types of moments")
def list_moment_types() -> list[dict[str, Any]]:
    """Return all types of moments by id.

    [{id, name, priority, mandatory, needs, needs_text, deadline, deadline_text, subject, subject_text, rule, action,
    wording, feedback, compliance_only, lapses, escalates}]; `needs` names the tables of facts.
    """
    return [
        {
            "id": kind.id,
            "name": str(kind.label),
            "priority": kind.priority,
            "mandatory": kind.mandatory,
            "needs": sorted(tables_of(kind)),
            "needs_text": [str(source) for source in sources_of(kind)],
            "deadline": kind.deadline,
            "deadline_text": deadlines.text_of(kind.deadline, language()),
            "subject": kind.subject.name,
            "subject_text": str(kind.subject.label),
            "rule": kind.rule,
            "action": str(kind.action),
            "wording": str(kind.wording) if kind.wording else "",
            "feedback": [{"value": one, "label": MomentOutcome.text_of(one)} for one in kind.feedback],
            "compliance_only": kind.compliance_only,
            "lapses": kind.lapses,
            "escalates": list(kind.escalates),
        }
        for kind in moment_types().values()
    ]


def tables_of(kind: MomentType) -> frozenset[str]:
    """Return the names of the fact tables that a type needs."""
    return compile_rule(kind).tables


def sources_of(kind: MomentType) -> list[Bilingual]:
    """Return the distinct sources of a type's facts."""
    needed = tables_of(kind)
    found = {table.source.zh: table.source for table in facts.tables() if table.name in needed}
    return list(found.values())


@query("service.moments_waiting", needs=Permission.SYSTEM_READ, zh="等待数据的关键时刻", en="Moments waiting for data")
def moments_waiting() -> dict[str, Any]:
    """Return {day, waiting: [{kind, name, why}]} of the newest evaluation: types that could not be evaluated, and why."""
    row = MomentRun.objects.order_by("-day").first()
    names = {kind.id: str(kind.label) for kind in moment_types().values()}
    return {
        "day": row.day.isoformat() if row else None,
        "waiting": [
            {"kind": one["kind"], "name": names.get(one["kind"], one["kind"]), "why": one[language()]}
            for one in (row.waiting if row else ())
        ],
    }


@query("service.moment_rules", needs=Permission.MOMENT_RULES, zh="关键时刻规则", en="Rules of moments")
def moment_rules() -> Any:
    """Return the versions of rules that leads wrote, by kind, newest first; declarations in code have no rows."""
    return MomentRule.objects.order_by("kind", "-version")

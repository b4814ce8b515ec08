"""Checks of a version of a rule before it is stored or switched on. Raises Refused with a message; read-only."""

from collections.abc import Mapping
from typing import Any

from dakehu.domains.service.models import MomentRule
from dakehu.domains.service.moments.active import own_type
from dakehu.domains.service.moments.deadlines import parse_deadline
from dakehu.domains.service.moments.reasons import subject_of
from dakehu.domains.service.moments.types import MomentType, moment_types
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.expressions import CheckedRule, ExpressionError, compile_rule
from dakehu.foundation.schema.facts import CLIENT, Fact, Subject, facts_of


def is_compliance() -> bool:
    """Return whether the actor sees across information walls, as compliance does."""
    return current_actor().reach in (Reach.ACROSS_WALLS, Reach.SYSTEM)


def compliance_subjects() -> set[str]:
    """Return the names of the subjects of moments for compliance only."""
    types = moment_types().values()
    return {one.subject.name for one in types if one.compliance_only} - {CLIENT.name}


def newest_versions(kind: str | None = None) -> dict[str, MomentRule]:
    """Return {kind: newest version}, of all kinds or of one."""
    rows = MomentRule.objects.order_by("kind", "version")
    return {row.kind: row for row in (rows.filter(kind=kind) if kind is not None else rows)}


def get_type(kind: str) -> MomentType:
    """Return a declared type, or the type of the newest version of an own rule. Raises NotFound.

    A type for compliance only is not found by other users.
    """
    found = moment_types().get(kind)
    if found is None:
        row = newest_versions(kind).get(kind)
        if row is not None:
            found = own_type(row)
    if found is None or (is_hidden(found) and not is_compliance()):
        raise NotFound(bilingual("关键时刻规则", "rule of moments"), kind)
    return found


def is_hidden(kind: MomentType) -> bool:
    """Return whether only compliance may see the clients that a rule names."""
    return kind.compliance_only or kind.subject.name in compliance_subjects()


def get_subject(name: str | None) -> Subject:
    """Return a subject for which the actor may write rules. Raises Refused for another."""
    wanted = name or CLIENT.name
    hidden = set() if is_compliance() else compliance_subjects()
    try:
        if wanted not in hidden:
            return subject_of(wanted)
    except KeyError:
        pass
    raise refusal("subject", "没有这种对象：{name}。", "There is no such subject: {name}.", name=wanted)


def usable_facts(subject: Subject) -> dict[str, Fact]:
    """Return the facts that rules about a subject may use, by name."""
    return facts_of(subject)


def checked_text(text: str, subject: Subject) -> CheckedRule:
    """Return the rule of a text. Raises Refused on the field `text`, with line and column."""
    try:
        return compile_rule(text, usable_facts(subject))
    except ExpressionError as error:
        raise Refused({"text": [error.messages[""][0]]}) from error


def check_deadline(text: str, kind: MomentType) -> str:
    """Return a deadline with single spaces. Raises Refused for one of no known form, or that needs the day of an event."""
    text = " ".join(text.split())
    try:
        deadline = parse_deadline(text)
    except ValueError:
        raise refusal(
            "deadline",
            "看不懂这个时限。请写如 T+1（下一交易日）、T+0 19:00（当日 19 点前）、30d（30 天内）。",
            "This deadline is not understood. Write T+1 (next trading day), T+0 19:00 (the same day by 19:00), 30d (within 30 days).",
        ) from None
    if deadline.needs_event and not kind.event_on:
        raise refusal(
            "deadline",
            "这类事件没有事件日期，时限不能用 E；请写如 T+1。",
            "This kind has no day of an event, so its deadline cannot count from E: write T+1 for example.",
        )
    return text


def check_mandatory(mandatory: bool | None, kind: MomentType) -> None:
    """Raise Refused for making a declared mandatory type optional."""
    if mandatory is False and kind.id in moment_types() and kind.mandatory:
        raise refusal(
            "mandatory",
            "这一事件为必做（法规或合同要求），不能改为选做。",
            "This kind is mandatory by law or contract; it cannot be made optional.",
        )


def check_may_switch(kind: MomentType) -> None:
    """Raise Refused if a rule that law or contract demands is put into force by a user outside compliance."""
    if kind.id in moment_types() and kind.mandatory and not is_compliance():
        raise refusal(
            "kind",
            "必做事件的规则由合规专员启用：请先保存，再请合规复核。",
            "The rule of a mandatory kind is put into force by compliance: save it and ask them to review it.",
        )


def starting_values(kind: MomentType, row: MomentRule | None) -> Mapping[str, Any]:
    """Return the initial values of a new version: those of the newest version, or of the declaration."""
    if row is not None:
        names = ("name", "subject", "text", "priority", "deadline", "mandatory")
        return {name: getattr(row, name) for name in names}
    return {
        "name": "",
        "subject": kind.subject.name,
        "text": kind.rule,
        "priority": kind.priority,
        "deadline": kind.deadline,
        "mandatory": kind.mandatory,
    }

"""The rules in force: each declared type, or the newest version that a lead has switched on, and leads' own rules."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dakehu.domains.service.models import MomentOutcome, MomentRule
from dakehu.domains.service.moments.deadlines import Deadline, parse_deadline
from dakehu.domains.service.moments.reasons import rule_over, subject_of
from dakehu.domains.service.moments.types import ABOUT, MomentType, moment_types
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.expressions import CheckedRule, ExpressionError
from dakehu.foundation.schema import facts


@dataclass(frozen=True)
class ActiveRule:
    """A runnable rule, with the values that its moments take from it. `version` 0 is the declaration."""

    type: MomentType
    version: int
    rule: CheckedRule
    urgent: CheckedRule | None
    deadline: Deadline

    @property
    def kind(self) -> str:
        return self.type.id

    @property
    def names(self) -> frozenset[str]:
        """The names of all facts needed to fire and describe its moments."""
        own = set(facts.facts_of(self.type.subject))
        needed = {*self.rule.names, *(self.urgent.names if self.urgent else ()), *self.type.shows}
        needed |= {name for name in (*self.type.object_columns, self.type.event_on, self.about) if name in own}
        return frozenset(needed & own)

    @property
    def about(self) -> str:
        """The text fact that describes a row, "" for none."""
        return ABOUT.get(self.type.subject.name, "")

    @property
    def shown(self) -> tuple[str, ...]:
        """The facts whose values a moment stores."""
        own = facts.facts_of(self.type.subject)
        return tuple(name for name in dict.fromkeys([*sorted(self.rule.names), *self.type.shows]) if name in own)

    @property
    def tables(self) -> frozenset[str]:
        """The names of the fact tables it reads."""
        return frozenset(facts.table_of(name).name for name in self.names)


@dataclass(frozen=True)
class Waiting:
    """A kind of moments that could not be evaluated, and why."""

    kind: str
    why: Bilingual


def active_rules(kinds: Iterable[str] | None = None) -> tuple[list[ActiveRule], list[Waiting]]:
    """Return the rules in force, of all kinds or of some, and the kinds whose rule cannot run."""
    written: dict[str, MomentRule] = {}
    for row in MomentRule.objects.filter(switched_on=True).order_by("kind", "version"):
        written[row.kind] = row
    types = {**moment_types(), **{kind: own_type(row) for kind, row in written.items() if kind not in moment_types()}}
    wanted = set(types) if kinds is None else set(kinds) & set(types)
    rules, waiting = [], []
    for kind in sorted(wanted):
        try:
            rules.append(compile_rule(types[kind], written.get(kind)))
        except (ExpressionError, KeyError, ValueError) as fault:
            waiting.append(
                Waiting(kind, bilingual("规则无法执行：{fault}", "The rule cannot run: {fault}", fault=str(fault)))
            )
    return rules, waiting


def own_type(row: MomentRule) -> MomentType:
    """Return the type of a lead's own rule."""
    name = row.name or row.kind
    return MomentType(
        row.kind,
        name,
        name,
        rule=row.text,
        priority=row.priority,
        deadline=row.deadline,
        action=bilingual(row.note, row.note),
        feedback=tuple(one.value for one in MomentOutcome),
        subject=subject_of(row.subject),
        mandatory=row.mandatory,
        escalates=(1, 2) if row.mandatory else (),
    )


def compile_rule(kind: MomentType, row: MomentRule | None = None) -> ActiveRule:
    """Return the rule of a type, or of a lead's version of it. Raises ExpressionError, and ValueError for its deadline."""
    if row is not None:
        kind = _apply_version(kind, row)
    return ActiveRule(
        kind,
        row.version if row is not None else 0,
        rule_over(kind.rule, kind.subject),
        rule_over(kind.urgent, kind.subject) if kind.urgent else None,
        parse_deadline(kind.deadline),
    )


def _apply_version(kind: MomentType, row: MomentRule) -> MomentType:
    """Return a type with the changes of a lead's version. A mandatory type stays mandatory."""
    return replace(
        kind,
        rule=row.text,
        priority=row.priority,
        deadline=row.deadline,
        mandatory=kind.mandatory or row.mandatory,
    )

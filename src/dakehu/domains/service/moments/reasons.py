"""Why a moment fired, as a sentence: the comparisons of its rule that were true, with the stored values."""

from functools import lru_cache
from typing import Any

from dakehu.domains.service.moments.types import moment_types
from dakehu.foundation.base.i18n import language
from dakehu.foundation.expressions import CheckedRule, ExpressionError, compile_rule, describe
from dakehu.foundation.schema import facts
from dakehu.foundation.schema.facts import CLIENT, Subject
from dakehu.foundation.schema.fields import model_of


def firing_reason(row: Any) -> str:
    """Return why a moment fired, in the reader's language; "" if its rule can no longer be parsed."""
    checked = _rule_of(row.kind, row.rule_version)
    return describe(checked, row.values) if checked is not None else ""


def rule_text(row: Any) -> str:
    """Return the rule that fired a moment, in the reader's language; "" if it can no longer be parsed."""
    checked = _rule_of(row.kind, row.rule_version)
    return checked.text(language()) if checked is not None else ""


def subject_of(name: str) -> Subject:
    """Return a subject by name. Raises KeyError for an unknown one."""
    found = {table.subject.name: table.subject for table in facts.tables()} | {CLIENT.name: CLIENT}
    return found[name]


@lru_cache(maxsize=512)  # facts are declared once, at start-up
def rule_over(text: str, subject: Subject) -> CheckedRule:
    """Return the rule of a text over the facts of a subject. Raises ExpressionError."""
    return compile_rule(text, facts.facts_of(subject))


@lru_cache(maxsize=512)  # a version never changes
def _rule_of(kind: str, version: int) -> CheckedRule | None:
    """Return the rule of a version of a kind, None if it cannot be parsed."""
    text, subject = _text_of(kind, version)
    try:
        return rule_over(text, subject)
    except ExpressionError:
        return None


def forget_rules() -> None:
    """Clear the cached rules of leads."""
    _rule_of.cache_clear()


def _text_of(kind: str, version: int) -> tuple[str, Subject]:
    """Return the text and subject of a version of a kind, "" if there is none."""
    declared = moment_types().get(kind)
    if version == 0:
        return (declared.rule, declared.subject) if declared is not None else ("", CLIENT)
    row: Any = model_of("service.MomentRule").objects.filter(kind=kind, version=version).first()
    if row is None:
        return "", CLIENT
    return row.text, declared.subject if declared is not None else subject_of(row.subject)

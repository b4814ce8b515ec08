"""Queries of the pages of rules: all rules with what is in force, one rule with its versions, a text being typed."""

from typing import Any

from django.db.models import Count

from dakehu.domains.service.models import Moment, MomentRule
from dakehu.domains.service.moments import deadlines, rules
from dakehu.domains.service.moments.active import own_type
from dakehu.domains.service.moments.rule_checks import (
    compliance_subjects,
    get_subject,
    get_type,
    is_compliance,
    is_hidden,
    newest_versions,
    starting_values,
    usable_facts,
)
from dakehu.domains.service.moments.types import MomentType, moment_types
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import language
from dakehu.foundation.expressions import ExpressionError, clauses, compile_rule, complete
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.facts import CLIENT, Fact, table_of, tables
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

KIND = Parameter("kind", spec=FieldSpec("事件编号", "Moment", example="M37"))
TEXT = Parameter(
    "text", required=False, spec=FieldSpec("触发条件", "Rule", example="总资产 >= 500万 且 距上次联系天数 > 30天")
)
SUBJECT = Parameter("subject", required=False, spec=FieldSpec("针对", "About", example="client"))
POSITION = Parameter("position", kind="integer", required=False, spec=FieldSpec("光标位置", "Position"))


@query("service.rules_in_force", needs=Permission.MOMENT_RULES, zh="在用规则", en="Rules in force")
def rules_in_force() -> list[dict[str, Any]]:
    """Return every kind of moments with the rule in force, by kind.

    [{kind, name, is_own, is_on, version, newest, text, priority, deadline, deadline_text, mandatory, compliance_only, open,
    changed_by, changed_on}]; version 0 is the declaration, `newest` above it a version not yet in force, `open` the open
    moments among the reader's clients. Kinds for compliance are left out for other users.
    """
    newest = newest_versions()
    in_force = {row.kind: row for row in MomentRule.objects.filter(switched_on=True).order_by("version")}
    open_now = dict(
        Moment.objects.filter(state__in=rules.OPEN_STATES).order_by().values_list("kind").annotate(Count("pk"))
    )
    types = {**moment_types(), **{kind: own_type(row) for kind, row in newest.items() if kind not in moment_types()}}
    visible = [one for one in types.values() if is_compliance() or not is_hidden(one)]
    return [
        {**_render_rule_in_force(one, in_force.get(one.id), newest.get(one.id)), "open": open_now.get(one.id, 0)}
        for one in visible
    ]


def _render_rule_in_force(kind: MomentType, row: MomentRule | None, newest: MomentRule | None) -> dict[str, Any]:
    """Return one row of the list of rules."""
    is_own = kind.id not in moment_types()
    values = starting_values(kind, row or (newest if is_own else None))
    last = newest
    return {
        "kind": kind.id,
        "name": str(kind.label),
        "is_own": is_own,
        "is_on": row is not None or not is_own,
        "version": row.version if row else 0,
        "newest": newest.version if newest else 0,
        "text": text_in(values["text"], kind),
        "subject": str(kind.subject.label),
        "priority": values["priority"],
        "deadline": values["deadline"],
        "deadline_text": deadlines.text_of(values["deadline"], language()),
        "mandatory": kind.mandatory or values["mandatory"],
        "compliance_only": is_hidden(kind),
        "changed_by": last.changed_by.name if last and last.changed_by else "",
        "changed_on": last.changed_on if last else None,
    }


def text_in(text: str, kind: MomentType) -> str:
    """Return a rule in the reader's language; unchanged if it can no longer be parsed."""
    try:
        return compile_rule(text, usable_facts(kind.subject)).text()
    except ExpressionError:
        return text


@query("service.rule", needs=Permission.MOMENT_RULES, zh="一条规则", en="A rule", parameters=(KIND,))
def rule(*, kind: str) -> dict[str, Any]:
    """Return one rule: what is in force, the initial values of a new version, and every version, newest first.

    As an entry of rules_in_force, with {action, subject_name, values, based_on, versions: [{version, text, priority,
    deadline, mandatory, name, note, changed_by, changed_on, is_on, changes}], may_switch}. Raises NotFound.
    """
    found = get_type(kind)
    rows = list(MomentRule.objects.filter(kind=kind).select_related("changed_by").order_by("-version"))
    in_force = next((row for row in rows if row.switched_on), None)
    newest = rows[0] if rows else None
    values = dict(starting_values(found, newest))
    values["text"] = text_in(values["text"], found)
    return {
        **_render_rule_in_force(found, in_force, newest),
        "action": str(found.action),
        "subject_name": found.subject.name,
        "values": values,
        "based_on": newest.version if newest else 0,
        "versions": _versions(found, rows),
        "may_switch": is_compliance() or not (found.mandatory and kind in moment_types()),
        "declared_mandatory": found.mandatory and kind in moment_types(),
    }


def _versions(kind: MomentType, rows: list[MomentRule]) -> list[dict[str, Any]]:
    """Return the versions of a rule, newest first, the declaration last, with what each changed."""
    is_any_on = any(row.switched_on for row in rows)
    shown = []
    for row in rows:
        shown.append(
            {
                **starting_values(kind, row),
                "version": row.version,
                "text": text_in(row.text, kind),
                "note": row.note,
                "changed_by": row.changed_by.name if row.changed_by else "",
                "changed_on": row.changed_on,
                "is_on": row.switched_on,
            }
        )
    if kind.id in moment_types():
        declared = {**starting_values(kind, None), "text": text_in(kind.rule, kind)}
        shown.append(
            {**declared, "version": 0, "note": "", "changed_by": "", "changed_on": None, "is_on": not is_any_on}
        )
    names = ("name", "text", "priority", "deadline", "mandatory")
    for newer, older in zip(shown, [*shown[1:], None], strict=True):
        newer["changes"] = [name for name in names if older is not None and newer[name] != older[name]]
        newer["deadline_text"] = deadlines.text_of(newer["deadline"], language())
    return shown


@query(
    "service.rule_fields", needs=Permission.MOMENT_RULES, zh="规则可用字段", en="Fields of rules", parameters=(SUBJECT,)
)
def rule_fields(*, subject: str | None = None) -> list[dict[str, Any]]:
    """Return the fields that a rule about a subject may use: [{name, label, other, kind, help, source, choices}]."""
    found = get_subject(subject)
    return [_field(fact) for fact in usable_facts(found).values()]


def _field(fact: Fact) -> dict[str, Any]:
    is_english = language() == "en"
    return {
        "name": fact.name,
        "label": fact.en if is_english else fact.zh,
        "other": fact.zh if is_english else fact.en,
        "kind": fact.kind,
        "help": str(fact.help),
        "source": str(table_of(fact.name).source),
        "choices": [{"value": one[0], "label": one[2] if is_english else one[1]} for one in fact.choices],
    }


@query("service.rule_subjects", needs=Permission.MOMENT_RULES, zh="规则对象", en="Subjects of rules")
def rule_subjects() -> list[dict[str, Any]]:
    """Return the subjects of rules: [{name, label}]."""
    hidden = set() if is_compliance() else compliance_subjects()
    found = {CLIENT.name: CLIENT} | {table.subject.name: table.subject for table in tables()}
    return [{"name": one.name, "label": str(one.label)} for one in found.values() if one.name not in hidden]


@query(
    "service.check_rule",
    needs=Permission.MOMENT_RULES,
    zh="检查规则",
    en="Check a rule",
    parameters=(TEXT, SUBJECT),
)
def check_rule(*, text: str | None = None, subject: str | None = None) -> dict[str, Any]:
    """Return the fault of a text, or its standard form.

    {ok, zh, en, clauses} with clauses null for a rule that is no plain table, or {ok, message, line, column, start, end,
    suggestions}.
    """
    try:
        checked = compile_rule(text or "", usable_facts(get_subject(subject)))
    except ExpressionError as error:
        return {
            "ok": False,
            "message": str(error.message),
            "line": error.line,
            "column": error.column,
            "start": error.start,
            "end": error.end,
            "suggestions": list(error.suggestions),
        }
    rows = clauses(checked)
    return {
        "ok": True,
        "zh": checked.text("zh"),
        "en": checked.text("en"),
        "clauses": [vars(row) for row in rows] if rows is not None else None,
    }


@query(
    "service.complete_rule",
    needs=Permission.MOMENT_RULES,
    zh="补全规则",
    en="Complete a rule",
    parameters=(TEXT, POSITION, SUBJECT),
)
def complete_rule(
    *, text: str | None = None, position: int | None = None, subject: str | None = None
) -> list[dict[str, Any]]:
    """Return the completions at a position of a text, likeliest first: [{text, kind, start, end, label, detail}]."""
    text = text or ""
    found = complete(text, len(text) if position is None else position, usable_facts(get_subject(subject)))
    return [vars(one) for one in found]

"""Change the rules of moments: a new version of a text, a lead's own rule, what is in force.

A version is never changed: moments keep the number of the version that fired them. Switching sets which one applies.
"""

import re
from typing import Any

from django.db import IntegrityError, transaction

from dakehu.domains.service.models import MomentRule
from dakehu.domains.service.moments import kinds
from dakehu.domains.service.moments.active import compile_rule
from dakehu.domains.service.moments.reasons import subject_of
from dakehu.domains.service.moments.rule_checks import (
    check_deadline,
    check_mandatory,
    check_may_switch,
    checked_text,
    get_type,
    is_hidden,
    newest_versions,
    starting_values,
)
from dakehu.domains.service.moments.types import moment_types
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.expressions import ExpressionError
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

KIND = Parameter("kind", spec=FieldSpec("事件编号", "Moment", example="M37"))
VERSION = Parameter("version", kind="integer", spec=FieldSpec("版本", "Version"))
BASED_ON = Parameter("based_on", kind="integer", required=False, spec=FieldSpec("所依据的版本", "Based on version"))
OWN = re.compile(r"R(\d{1,6})")


@action(
    "service.edit_rule",
    needs=Permission.MOMENT_RULES,
    zh="修改关键时刻规则",
    en="Change a rule of moments",
    parameters=(
        KIND,
        parameters_of("service.MomentRule", "text", optional=("name", "priority", "deadline", "mandatory", "note")),
        BASED_ON,
    ),
)
def edit_rule(*, kind: str, text: str, based_on: int | None = None, **given: Any) -> MomentRule:
    """Store a new version of a rule, not yet in force. Omitted values stay as in the version before.

    `based_on`: the version that was shown (0 for the declaration); a newer one by another person is refused. Raises
    Refused for an invalid text, with line and column, and for a version that changes nothing.
    """
    declared = get_type(kind)
    newest = newest_versions(kind).get(kind)
    before = starting_values(declared, newest)
    checked = checked_text(text, subject_of(before["subject"]))
    note = given.pop("note", None) or ""
    values = {**before, **{name: value for name, value in given.items() if value is not None}}
    values["text"] = checked.text("zh")
    values["deadline"] = check_deadline(values["deadline"], declared)
    check_mandatory(given.get("mandatory"), declared)
    if kind in moment_types():
        values["name"] = ""
    elif not values["name"].strip():
        raise refusal("name", "请写规则名称。", "Name the rule.")
    _check_newest(based_on, newest)
    if values == {**before, "text": _standard(before)}:
        raise refusal("text", "与上一版本相同，没有可保存的修改。", "Nothing differs from the version before.")
    return _save_version(kind, newest.version + 1 if newest else 1, {**values, "note": note})


@action(
    "service.copy_rule",
    needs=Permission.MOMENT_RULES,
    zh="复制关键时刻规则",
    en="Copy a rule of moments",
    parameters=(KIND, parameters_of("service.MomentRule", "name", optional=("note",))),
)
def copy_rule(*, kind: str, name: str, note: str | None = None) -> MomentRule:
    """Create an own rule with the text of another, under a new code (R001). It is not yet in force.

    Raises Refused for a type that only compliance sees, and for a name that is taken.
    """
    source = get_type(kind)
    if is_hidden(source):
        raise refusal("kind", "仅合规可见的事件不能复制。", "A kind that only compliance sees cannot be copied.")
    newest = newest_versions()
    taken = {row.name for row in newest.values()} | {
        text for one in moment_types().values() for text in (one.zh, one.en)
    }
    if not name.strip() or name.strip() in taken:
        raise refusal("name", "请取一个没有用过的名称。", "Choose a name that is not taken.")
    values = dict(starting_values(source, newest.get(kind)))
    if values["deadline"].startswith("E"):
        values["deadline"] = "T+1"
    values |= {"name": name.strip(), "mandatory": False, "text": _standard(values)}
    numbers = [int(found[1]) for found in map(OWN.fullmatch, newest) if found]
    note = note or str(bilingual("复制自 {kind}", "Copied from {kind}", kind=kind))
    return _save_version(f"R{max(numbers, default=0) + 1:03d}", 1, {**values, "note": note})


@action(
    "service.switch_on_rule",
    needs=Permission.MOMENT_RULES,
    zh="启用关键时刻规则",
    en="Put a rule of moments into force",
    parameters=(KIND, VERSION),
)
def switch_on_rule(*, kind: str, version: int) -> dict[str, Any]:
    """Put one version of a rule into force from the next evaluation on; 0 is the declaration. Returns {kind, version}.

    Raises Refused for a version that can no longer run, and if only compliance may do so.
    """
    declared = get_type(kind)
    check_may_switch(declared)
    rows = list(MomentRule.objects.filter(kind=kind).order_by("version"))
    wanted = next((row for row in rows if row.version == version), None)
    if wanted is None and (version != 0 or kind not in moment_types()):
        raise NotFound(bilingual("这一版本", "version"), version)
    if wanted is not None:
        try:
            compile_rule(declared, wanted)
        except (ExpressionError, ValueError) as fault:
            raise Refused(
                {
                    "version": [
                        bilingual("这一版本不能执行：{fault}", "This version cannot run: {fault}", fault=str(fault))
                    ]
                }
            ) from fault
    _switch(rows, version)
    return {"kind": kind, "version": version}


@action(
    "service.switch_off_rule",
    needs=Permission.MOMENT_RULES,
    zh="停用关键时刻规则",
    en="Take a rule of moments out of force",
    parameters=(KIND,),
)
def switch_off_rule(*, kind: str) -> dict[str, Any]:
    """Switch an own rule off; a declared type falls back to its declaration. Returns {kind, version}."""
    check_may_switch(get_type(kind))
    _switch(list(MomentRule.objects.filter(kind=kind)), 0)
    return {"kind": kind, "version": 0}


def _switch(rows: list[MomentRule], version: int) -> None:
    """Make one version the only one in force."""
    for row in rows:
        if row.switched_on != (row.version == version):
            row.switched_on = row.version == version
            row.save()
    kinds.forget_names()


def _standard(values: Any) -> str:
    """Return the text of a version in the standard form; unchanged if it can no longer be parsed."""
    try:
        return checked_text(values["text"], subject_of(values["subject"])).text("zh")
    except Refused:
        return str(values["text"])


def _check_newest(based_on: int | None, newest: MomentRule | None) -> None:
    """Raise Refused if a version has been stored since."""
    number = newest.version if newest else 0
    if based_on is not None and newest is not None and based_on != number:
        raise refusal(
            "based_on",
            "{name}已保存第 {number} 版，请先查看再修改。",
            "{name} has kept version {number} meanwhile. Look at it first.",
            name=newest.changed_by.name if newest.changed_by else "–",
            number=number,
        )


def _save_version(kind: str, version: int, values: dict[str, Any]) -> MomentRule:
    """Store a version, not in force."""
    row = MomentRule(
        kind=kind,
        version=version,
        changed_by=team.current_user(),
        changed_on=clock.today(),
        switched_on=False,
        **values,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise refusal(
            "based_on",
            "刚有人保存了同一版本，请刷新后再试。",
            "Somebody has just kept this version. Reload and try again.",
        ) from None
    kinds.forget_names()
    return row

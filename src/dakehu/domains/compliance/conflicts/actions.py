"""Actions on the register of conflicts: declare, change, end."""

from datetime import date
from typing import Any

from dakehu.domains.compliance.choices import ConflictEffect
from dakehu.domains.compliance.conflicts import rules
from dakehu.domains.compliance.models import Conflict
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

CONFLICT = Parameter("conflict", kind="integer", spec=FieldSpec("利益冲突编号", "Number of the conflict"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
ON = Parameter("on", kind="date", required=False, spec=FieldSpec("终止日期", "Last day"))


@action(
    "compliance.declare_conflict",
    needs=Permission.CONFLICT_DECLARE,
    zh="登记利益冲突",
    en="Declare a conflict of interest",
    parameters=(Fields("compliance.Conflict", required=("kind", "description"), new=True),),
)
def declare_conflict(*, kind: str, description: str, staff: Any = None, **values: Any) -> Conflict:
    """Declare one's own interest; keepers of the register may declare one for any person, or for all."""
    if not current_actor().may(Permission.CONFLICT_KEEP):
        staff = staff or team.current_user()
    check_staff(staff)
    known = {name: value for name, value in values.items() if value is not None}
    row = Conflict(kind=kind, description=description, staff=staff, declared_by=team.current_user(), **known)
    check_entry(row)
    row.save()
    return row


def check_staff(staff: Any) -> None:
    """Raise Refused if the actor declares for another person without permission to keep the register."""
    actor = current_actor()
    if not actor.may(Permission.CONFLICT_KEEP) and (staff is None or staff.pk != actor.user_id):
        raise refusal(
            "staff", "只能登记本人的利益冲突；其他请联系合规。", "Declare your own; ask compliance for others."
        )


def check_entry(row: Conflict) -> None:
    """Raise Refused for an entry that is not valid."""
    error = rules.entry_error(str(row.effect), row.disclosure, row.from_on, row.until_on)
    if error is not None:
        raise refusal(*error)


@action(
    "compliance.change_conflict",
    needs=Permission.CONFLICT_DECLARE,
    zh="修改利益冲突",
    en="Change a conflict of interest",
    parameters=(CONFLICT, VERSION, Fields("compliance.Conflict")),
)
def change_conflict(*, conflict: int, version: int | None = None, **values: Any) -> Conflict:
    """Change an entry that the actor sees. Only keepers of the register may remove a duty to abstain."""
    row = _get_conflict(conflict)
    check_version(row, version)
    blocked = row.effect == ConflictEffect.BLOCK
    for name, value in values.items():
        column: Any = Conflict._meta.get_field(name)
        setattr(row, name, column.get_default() if value is None and not column.null else value)
    check_staff(row.staff)
    if blocked:
        _check_keeps(row.effect == ConflictEffect.BLOCK)
    check_entry(row)
    row.save()
    return row


def _check_keeps(is_fine: bool) -> None:
    """Raise Refused if a person without permission to keep the register would end a duty to abstain."""
    if not is_fine and not current_actor().may(Permission.CONFLICT_KEEP):
        raise refusal("effect", "须回避的事项由合规解除。", "Compliance ends a duty to abstain.")


@action(
    "compliance.end_conflict",
    needs=Permission.CONFLICT_DECLARE,
    zh="终止利益冲突",
    en="End a conflict of interest",
    parameters=(CONFLICT, VERSION, ON),
)
def end_conflict(*, conflict: int, version: int | None = None, on: date | None = None) -> Conflict:
    """Record the last day of an interest, today by default; its entry is kept."""
    row = _get_conflict(conflict)
    check_version(row, version)
    _check_keeps(row.effect != ConflictEffect.BLOCK)
    row.until_on = on or clock.today()
    check_entry(row)
    row.save()
    return row


def _get_conflict(pk: int) -> Conflict:
    """Return a visible entry. Raises NotFound."""
    row: Conflict | None = Conflict.objects.filter(pk=pk).select_related("staff").first()
    if row is None:
        raise NotFound(bilingual("利益冲突", "conflict of interest"), pk)
    return row

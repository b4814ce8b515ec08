"""Actions on ladders: versions with levels and conditions, put into force; the level of a person."""

from datetime import date
from decimal import Decimal
from typing import Any

from dakehu.domains.learning.choices import LadderState
from dakehu.domains.learning.ladder import store
from dakehu.domains.learning.ladder.conditions import get_condition_kind
from dakehu.domains.learning.models import Ladder, LadderLevel, LevelCondition, StaffLevel
from dakehu.domains.learning.parameters import CONDITION, CONDITION_KIND, LADDER, LEVEL
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import parameters_of


@action(
    "learning.add_ladder",
    needs=Permission.LADDER_WRITE,
    zh="新建职级体系",
    en="Add a ladder of levels",
    parameters=parameters_of("learning.Ladder", "track", "name"),
)
def add_ladder(*, track: str, name: str) -> Ladder:
    """Prepare the next version of a track: a copy of the latest one with its levels and conditions, or an empty first."""
    latest = Ladder.objects.filter(track=track).order_by("-number").first()
    if latest is not None and latest.state == LadderState.DRAFT:
        raise refusal("track", "这个序列已有编制中的版本。", "A version of this track is in preparation already.")
    row = Ladder(track=track, name=name, number=latest.number + 1 if latest else 1)
    row.save()
    for level in LadderLevel.objects.filter(ladder=latest).order_by("position") if latest else ():
        copy = LadderLevel(ladder=row, position=level.position, code=level.code, name=level.name)
        copy.save()
        for one in LevelCondition.objects.filter(level=level).order_by("pk"):
            LevelCondition(level=copy, kind=one.kind, subject=one.subject, least=one.least).save()
    return row


def _get_draft(row: Ladder) -> Ladder:
    """Return a version that may be changed. Raises Refused for one that is or was in force."""
    if row.state != LadderState.DRAFT:
        raise refusal(
            "ladder_id",
            "已生效的版本不能修改，请新建版本。",
            "A version that is or was in force is not changed; prepare a new one.",
        )
    return row


@action(
    "learning.add_level",
    needs=Permission.LADDER_WRITE,
    zh="添加职级",
    en="Add a level",
    parameters=(LADDER, parameters_of("learning.LadderLevel", "code", "name")),
)
def add_level(*, ladder_id: int, code: str, name: str) -> LadderLevel:
    """Add a level above the others of a version in preparation. Raises Refused for a code that is taken."""
    ladder = _get_draft(store.get_ladder(ladder_id))
    levels = list(LadderLevel.objects.filter(ladder=ladder).order_by("position"))
    if any(one.code == code for one in levels):
        raise refusal("code", "已有这个编号。", "There is this code already.")
    row = LadderLevel(ladder=ladder, code=code, name=name, position=levels[-1].position + 1 if levels else 1)
    row.save()
    return row


@action(
    "learning.remove_level",
    needs=Permission.LADDER_WRITE,
    zh="删除职级",
    en="Remove a level",
    parameters=(LEVEL,),
)
def remove_level(*, level_id: int) -> None:
    """Remove a level with its conditions from a version in preparation."""
    row = store.get_level(level_id)
    _get_draft(row.ladder)
    row.delete()


@action(
    "learning.add_condition",
    needs=Permission.LADDER_WRITE,
    zh="添加晋升条件",
    en="Add a condition of a level",
    parameters=(LEVEL, CONDITION_KIND, parameters_of("learning.LevelCondition", "least", optional=("subject",))),
)
def add_condition(*, level_id: int, condition_kind: str, least: Decimal, subject: str | None = None) -> LevelCondition:
    """Set a condition of a level in a version in preparation. Raises Refused for a missing or superfluous subject."""
    level = store.get_level(level_id)
    _get_draft(level.ladder)
    kind, about = get_condition_kind(condition_kind), (subject or "").strip()
    if kind.needs_subject and not about:
        raise refusal("subject", "请填写证书类别或学习路径的编号。", "Enter the code of the certificate or the path.")
    if about and not kind.needs_subject:
        raise refusal(
            "subject", "这类条件没有对象，请留空。", "A condition of this kind has no subject; leave it empty."
        )
    row = LevelCondition(level=level, kind=kind.code, subject=about, least=least)
    row.save()
    return row


@action(
    "learning.remove_condition",
    needs=Permission.LADDER_WRITE,
    zh="删除晋升条件",
    en="Remove a condition of a level",
    parameters=(CONDITION,),
)
def remove_condition(*, condition_id: int) -> None:
    """Remove a condition from a version in preparation."""
    row = LevelCondition.objects.select_related("level__ladder").filter(pk=condition_id).first()
    if row is None:
        raise NotFound(bilingual("晋升条件", "condition"))
    _get_draft(row.level.ladder)
    row.delete()


@action(
    "learning.put_ladder_in_force",
    needs=Permission.LADDER_WRITE,
    zh="启用职级体系",
    en="Put a ladder into force",
    parameters=(LADDER,),
)
def put_ladder_in_force(*, ladder_id: int) -> Ladder:
    """Put a version into force; it replaces the one before. Raises Refused for fewer than two levels."""
    row = _get_draft(store.get_ladder(ladder_id))
    if LadderLevel.objects.filter(ladder=row).count() < 2:
        raise refusal("ladder_id", "至少需要两个职级。", "At least two levels are needed.")
    for before in Ladder.objects.filter(track=row.track, state=LadderState.IN_FORCE.value):
        before.state = LadderState.REPLACED.value
        before.save()
    row.state, row.starts_on = LadderState.IN_FORCE.value, clock.today()
    row.save()
    return row


@action(
    "learning.set_level",
    needs=Permission.LADDER_WRITE,
    zh="登记人员职级",
    en="Enter the level of a person",
    parameters=(LEVEL, parameters_of("learning.StaffLevel", "user", "since", "reason")),
)
def set_level(*, level_id: int, user: Any, since: date, reason: str) -> StaffLevel:
    """Enter a person's level with its first day and reason, such as at entry. Raises Refused for oneself and a future day."""
    level = store.get_level(level_id)
    if user.pk == current_actor().user_id:
        raise refusal("user", "不能登记本人的职级，请由他人办理。", "Not your own: ask somebody else.")
    if since > clock.today():
        raise refusal("since", "日期不能晚于今天。", "It cannot lie ahead.")
    if level.ladder.state != LadderState.IN_FORCE:
        raise refusal("level_id", "请选择生效版本的职级。", "Choose a level of the version in force.")
    return add_staff_level(user.pk, level, since, reason)


def add_staff_level(user_id: int, level: LadderLevel, since: date, reason: str) -> StaffLevel:
    """Store the level of a person from a day on. Call inside an action."""
    row = StaffLevel(user_id=user_id, track=level.ladder.track, code=level.code, name=level.name, since=since)
    row.reason = reason[:300]
    row.save()
    return row

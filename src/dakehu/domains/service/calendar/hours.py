"""The working hours of members of staff."""

from datetime import time
from typing import Any

from dakehu.domains.service.calendar import capacity
from dakehu.domains.service.calendar.effort import hours_of
from dakehu.domains.service.calendar.parameters import OWNER
from dakehu.domains.service.models import WorkingHours
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

WEEK = range(1, 8)
HELP = ("如 09:00-12:00, 13:00-18:00；留空表示不上班", "09:00-12:00, 13:00-18:00; empty for a day off")
DAYS = (
    ("monday", "周一", "Monday"),
    ("tuesday", "周二", "Tuesday"),
    ("wednesday", "周三", "Wednesday"),
    ("thursday", "周四", "Thursday"),
    ("friday", "周五", "Friday"),
    ("saturday", "周六", "Saturday"),
    ("sunday", "周日", "Sunday"),
)


def _text(spans: tuple[tuple[time, time], ...]) -> str:
    """Return the hours of a day as text."""
    return ", ".join(f"{starts:%H:%M}-{ends:%H:%M}" for starts, ends in spans)


@query("service.working_hours", needs=Permission.SERVICE_READ, zh="工作时间", en="Working hours", parameters=(OWNER,))
def working_hours(*, owner: int | None = None) -> dict[str, str]:
    """Return the working hours of a member by weekday: {monday: "09:00-12:00, 13:00-18:00", …}, "" for a day off."""
    user = owner or current_actor().user_id
    windows = hours_of([user])[user] if user is not None else capacity.USUAL
    return {name: _text(windows.get(day, ())) for day, (name, _, _) in zip(WEEK, DAYS, strict=True)}


@action(
    "service.set_working_hours",
    needs=Permission.PLAN_WRITE,
    zh="设置工作时间",
    en="Set working hours",
    parameters=(
        *(
            Parameter(
                name, required=False, spec=FieldSpec(zh, en, help_zh=HELP[0], help_en=HELP[1], example="09:00-12:00")
            )
            for name, zh, en in DAYS
        ),
        OWNER,
    ),
)
def set_working_hours(*, owner: int | None = None, **days: str | None) -> dict[str, Any]:
    """Set the actor's working hours by weekday, or as a lead those of a team member. A day left out is a day off.

    Raises Refused for hours that overlap, end before they start or cannot be read.
    """
    actor = current_actor()
    user = team.get_user(owner or actor.user_id)
    if user is None or user.pk not in {*actor.covers, actor.user_id}:
        raise refusal("owner", "只能设置自己或本队同事的工作时间。", "Only one's own hours or those of one's team.")
    windows = {day: _spans(name, days.get(name) or "") for day, (name, _, _) in zip(WEEK, DAYS, strict=True)}
    error = capacity.windows_error(windows)
    if error is not None:
        faulty = next(
            name for day, (name, _, _) in zip(WEEK, DAYS, strict=True) if capacity.windows_error({day: windows[day]})
        )
        raise refusal(faulty, *error[1:])
    if not any(windows.values()):
        raise refusal("monday", "请至少填写一天。", "Fill in one day at least.")
    for row in WorkingHours.objects.filter(user=user):
        row.delete()
    for day, spans in windows.items():
        for starts, ends in spans:
            WorkingHours(user=user, weekday=day, starts=starts, ends=ends).save()
    return {"changed": sum(map(len, windows.values()))}


def _spans(name: str, text: str) -> tuple[tuple[time, time], ...]:
    """Parse entered hours. Raises Refused for invalid text."""
    for mark in "，；;、":
        text = text.replace(mark, ",")
    spans = []
    for part in text.replace("：", ":").replace("–", "-").replace("—", "-").split(","):
        if not part.strip():
            continue
        starts, _, ends = part.partition("-")
        try:
            spans.append((time.fromisoformat(starts.strip().zfill(5)), time.fromisoformat(ends.strip().zfill(5))))
        except ValueError:
            raise refusal(name, "请写作 09:00-12:00。", "Write it as 09:00-12:00.") from None
    return tuple(spans)

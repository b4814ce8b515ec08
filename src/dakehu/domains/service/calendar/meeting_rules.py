"""Validation of a meeting, and defaults from its kind. Pure."""

from datetime import datetime, timedelta

LONGEST = timedelta(days=14)
USUAL_LENGTH = {"visit": 90, "office": 60, "call": 30, "video": 60, "event": 120, "internal": 60}  # minutes [D]
CHANNEL = {  # of the interaction created from a meeting
    "visit": "meeting",
    "office": "meeting",
    "call": "call",
    "video": "video",
    "event": "event",
    "internal": "other",
}

Error = tuple[str, str, str]


def usual_end(kind: str, starts: datetime) -> datetime:
    """Return the default end of a meeting of a kind."""
    return starts + timedelta(minutes=USUAL_LENGTH.get(kind, 60))


def meeting_error(starts: datetime, ends: datetime, has_client: bool, kind: str) -> Error | None:
    """Return the fault of a meeting as (field, zh, en), None if valid."""
    if ends < starts:
        return "ends_at", "结束时间不能早于开始时间。", "A meeting cannot end before it starts."
    if ends - starts > LONGEST:
        return "ends_at", "一次会议最长 14 天。", "A meeting lasts 14 days at most."
    if kind == "internal" and has_client:
        return (
            "kind",
            "内部会议不能关联客户，请改选会议形式。",
            "A meeting among staff has no client; choose another kind.",
        )
    return None


def held_error(starts: datetime, now: datetime, state: str) -> Error | None:
    """Return why a meeting cannot be recorded as held, None if it can."""
    if state != "planned":
        return "meeting", "这次会议已经登记或取消。", "This meeting was recorded or cancelled already."
    if starts > now:
        return "meeting", "会议还没有开始，不能登记结果。", "The meeting has not begun yet."
    return None


def names_in(text: str) -> list[str]:
    """Return the distinct names in a text, separated by commas, semicolons or line ends."""
    for mark in "、，；;\n":
        text = text.replace(mark, ",")
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))

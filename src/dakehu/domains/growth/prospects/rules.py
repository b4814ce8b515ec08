"""Rules of prospects. Pure: no Django, clock or database."""

from datetime import date, datetime


def contact_error(
    *, held_at: datetime, now: datetime, has_refused: bool, is_inbound: bool, next_on: date | None, held_on: date
) -> tuple[str, str, str] | None:
    """Return the error of a contact with a prospect as (field, zh, en), None if it is valid."""
    if held_at > now:
        return "held_at", "联系时间不能晚于现在。", "The time cannot lie in the future."
    if has_refused and not is_inbound:
        return (
            "prospect",
            "对方已拒绝联系，不得主动联系；如由对方主动联系，请勾选“对方主动联系”。",
            "They refused to be contacted. If they contacted you, tick “They contacted us”.",
        )
    if next_on is not None and next_on < held_on:
        return "next_contact_on", "下次联系日期不能早于本次联系。", "The next contact cannot come before this one."
    return None


def ended_error(state: str) -> tuple[str, str, str] | None:
    """Return why a prospect in this state can no longer be worked on, None if it can."""
    if state == "converted":
        return (
            "prospect",
            "这条线索已转为客户，请在客户页面处理。",
            "This prospect is a client now; work on the client.",
        )
    if state == "invalid":
        return "prospect", "这条线索已标记无效，请先恢复。", "This prospect was marked invalid; reopen it first."
    return None

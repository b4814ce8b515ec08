"""Due dates of strategy reviews, and who may sign them off. Pure."""

from calendar import monthrange
from datetime import date

SOON_DAYS = 10  # days before the due date at which a review is opened


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, the last of the month where it has no such day."""
    place = day.month - 1 + months
    year, month = day.year + place // 12, place % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def next_due(last: date, months: int) -> date:
    """Return the due date of the next review."""
    return add_months(last, months)


def content_error(
    held_on: date | None, findings: str, next_due_on: date | None, today: date
) -> tuple[str, str, str] | None:
    """Return (field, zh, en) of why a review is not complete, None where it is."""
    if held_on is None:
        return ("held_on", "请填写回顾日期。", "Say on which day the review was held.")
    if held_on > today:
        return ("held_on", "回顾日期不能晚于今天。", "A review is held today at the latest.")
    if not findings.strip():
        return ("findings", "请填写回顾结论。", "Write the findings.")
    if next_due_on is not None and next_due_on <= held_on:
        return ("next_due_on", "下次回顾日期应晚于本次。", "The next review is due after this one.")
    return None


def sign_error(author: int | None, signer: int | None, state: str) -> tuple[str, str, str] | None:
    """Return (field, zh, en) of why a person cannot sign a review off, None where they can."""
    if state != "waiting":
        return ("", "只有待签署的回顾可以签署或退回。", "Only a review that waits for it is signed off or returned.")
    if signer is None or signer == author:
        return (
            "",
            "回顾人不能签署自己的回顾，请另一人签署。",
            "Who wrote a review cannot sign it off: a second person does.",
        )
    return None

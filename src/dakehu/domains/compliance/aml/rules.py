"""Review dates of rated clients. Pure.

The highest level at least every half year [S]; each lower one at most twice the interval of the one above [K]. Days are
house defaults within these bounds [D] (domain.md 5.3).
"""

from datetime import date, timedelta

from dakehu.domains.compliance.aml.choices import AmlLevel

REVIEW_DAYS = {
    AmlLevel.HIGH: 180,
    AmlLevel.MEDIUM_HIGH: 360,
    AmlLevel.MEDIUM: 720,
    AmlLevel.MEDIUM_LOW: 1080,
    AmlLevel.LOW: 1080,
}
REMINDER_DAYS = 14  # before a review is due; house default


def review_due(level: str, rated_on: date) -> date:
    """Return the day by which a client of a level is reviewed again."""
    return rated_on + timedelta(days=REVIEW_DAYS[AmlLevel(level)])


def is_reminder_due(due: date, today: date) -> bool:
    """Return whether a review is due soon or overdue."""
    return due - timedelta(days=REMINDER_DAYS) <= today

"""Half-years, and by when the self-check of one is due. Pure.

办法 art. 30 [V]: every half-year a self-check, with a report; problems are dealt with and reported to the regulator of the place. By
which day after the half-year is a house default [D].
"""

from datetime import date, timedelta

RULE = "suitability.self_check"
EFFECTIVE_FROM = date(2017, 7, 1)
DAYS_AFTER = 31  # house default


def half_year_of(day: date) -> tuple[date, date]:
    """Return the first and last day of the half-year of a day."""
    first = date(day.year, 1 if day.month <= 6 else 7, 1)
    return first, date(day.year, 6, 30) if first.month == 1 else date(day.year, 12, 31)


def last_complete(day: date) -> tuple[date, date]:
    """Return the first and last day of the half-year that ended last before a day."""
    return half_year_of(half_year_of(day)[0] - timedelta(days=1))


def due_on(period_end: date) -> date:
    """Return by when the self-check of a half-year is due."""
    return period_end + timedelta(days=DAYS_AFTER)


def sign_error(author: int | None, signer: int | None, state: str) -> tuple[str, str, str] | None:
    """Return why a person may not sign or return a self-check, None where they may."""
    if state != "waiting":
        return "", "只有待签署的自查可以签署或退回。", "Only a self-check that waits is signed or returned."
    if signer is None or signer == author:
        return "", "自查人不能签署自己的自查。", "Who wrote a self-check does not sign it."
    return None

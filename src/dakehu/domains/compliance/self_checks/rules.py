"""Rules of self-checks: the period, the due date, the required contents of a report. Pure."""

from datetime import date, timedelta

MONTHS_TO_WRITE = 1  # after the end of a half-year; house default
JULY = 7


def half_year_before(today: date) -> tuple[date, date]:
    """Return the first and last day of the half-year that ended last."""
    if today.month < JULY:
        return date(today.year - 1, JULY, 1), date(today.year - 1, 12, 31)
    return date(today.year, 1, 1), date(today.year, 6, 30)


def due_on(last_on: date) -> date:
    """Return the due date of the check of a period: the last day of the following month."""
    after = (last_on + timedelta(days=1)).replace(day=1)
    for _ in range(MONTHS_TO_WRITE):
        after = (after + timedelta(days=32)).replace(day=1)
    return after - timedelta(days=1)


def content_error(findings: str, measures: str) -> tuple[str, str, str] | None:
    """Return (field, zh, en) for what a report lacks, None if it is complete."""
    if not findings.strip():
        return "findings", "请写明自查发现；没有问题也请写明。", "Write the findings, also where nothing is wrong."
    if not measures.strip():
        return "measures", "请写明整改措施；无须整改也请写明。", "Write the measures, also where none is needed."
    return None

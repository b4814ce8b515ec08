"""Spans of whole months, and their comparison spans. Pure."""

from dataclasses import dataclass
from datetime import date

from dakehu.domains.insight.questions.spans import shift_day
from dakehu.foundation.base.errors import refusal

QUARTER = 3


@dataclass(frozen=True)
class Span:
    """From the beginning of one month to the end of another; first, last: the first days of these months."""

    first: date
    last: date

    @property
    def months(self) -> int:
        return _number(self.last) - _number(self.first) + 1

    def every(self) -> list[date]:
        """Return the first days of the months, in order."""
        return [shift_day(self.first, "month", place) for place in range(self.months)]

    def moved(self, months: int) -> "Span":
        """Return the span shifted by a number of months; earlier if negative."""
        return Span(shift_day(self.first, "month", months), shift_day(self.last, "month", months))

    @property
    def name(self) -> str:
        if self.first == self.last:
            return f"{self.first:%Y-%m}"
        if self.months == QUARTER and self.first.month % QUARTER == 1:
            return f"{self.first.year} Q{(self.first.month + 2) // QUARTER}"
        if self.months < QUARTER and self.first == quarter_of(self.last).first:
            return f"{self.first.year} Q{(self.first.month + 2) // QUARTER} ({self.first:%m}–{self.last:%m})"
        return f"{self.first:%Y-%m} – {self.last:%Y-%m}"


def quarter_of(month: date) -> Span:
    """Return the quarter of a month, up to that month."""
    return Span(date(month.year, (month.month - 1) // QUARTER * QUARTER + 1, 1), month)


def span_before(span: Span) -> Span:
    """Return the comparison span: the same months of the previous quarter, else as many months right before it."""
    is_of_quarter = span.months <= QUARTER and span.first == quarter_of(span.last).first
    return span.moved(-QUARTER if is_of_quarter else -span.months)


def quarter_before(span: Span) -> Span:
    """Return the whole quarter before the one in which a span ends."""
    first = shift_day(quarter_of(span.last).first, "month", -QUARTER)
    return Span(first, shift_day(first, "month", QUARTER - 1))


def month_of(text: str, parameter: str) -> date:
    """Return the first day of "2026-07" or of a day in it. Raises Refused for anything that is not a month."""
    parts = text.strip().replace("/", "-").split("-")
    try:
        return date(int(parts[0]), int(parts[1]), 1)
    except (ValueError, IndexError):
        raise refusal(parameter, "应为年月，如 2026-07。", "Must be a month such as 2026-07.") from None


def read_span(since: str | None, until: str | None, known: list[date]) -> Span:
    """Return a span within the months known (ascending, not empty): by default the quarter of the last one.

    Raises Refused for months in the wrong order or without data.
    """
    last = month_of(until, "until") if until else known[-1]
    first = month_of(since, "since") if since else max(quarter_of(last).first, known[0])
    if first > last:
        raise refusal("since", "起始月份应不晚于截止月份。", "The first month is not after the last.")
    for month, parameter in ((first, "since"), (last, "until")):
        if not known[0] <= month <= known[-1]:
            raise refusal(
                parameter,
                "有数据的月份为 {first} 至 {last}。",
                "There are data of the months {first} to {last}.",
                first=f"{known[0]:%Y-%m}",
                last=f"{known[-1]:%Y-%m}",
            )
    return Span(first, last)


def _number(month: date) -> int:
    return month.year * 12 + month.month

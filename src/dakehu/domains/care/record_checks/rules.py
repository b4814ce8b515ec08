"""Decide which records are drawn, who may read them, what a result requires, and the agreement of two readers. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import ceil
from random import Random

from dakehu.domains.care.record_checks.choices import CheckResult

SECOND_SHARE = 0.1  # of the drawn records are read twice, blind (people.md C.2)
A_PERSON = 5  # records of a person and month; house default
MOST = 50
FEWEST_PAIRS = 10  # records read twice below which no agreement is stated; house default

Fault = tuple[str, str, str]


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the month of a day."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def draw_records(records: Sequence[int], known: int, number: int, random: Random) -> list[int]:
    """Return the records of a person that are drawn at random, so that with the known ones there are `number`, or all."""
    return sorted(random.sample(list(records), max(0, min(number - known, len(records)))))


def read_twice(records: Sequence[int], random: Random) -> list[int]:
    """Return which of the drawn records are read by a second person too: a tenth, rounded up."""
    return sorted(random.sample(list(records), ceil(SECOND_SHARE * len(records))))


def reading_fault(reader: int | None, staff: int, other_reader: int | None) -> Fault | None:
    """Return why a person cannot read a record: their own, or one they read already. None if allowed."""
    if reader is None or reader == staff:
        return "record_check", "不能抽检本人的记录。", "Nobody checks their own record."
    if reader == other_reader:
        return "record_check", "双人抽检须由另一人完成。", "The second reading is by somebody else."
    return None


def result_fault(result: str, topic: str, note: str) -> Fault | None:
    """Return what a result lacks, None if nothing."""
    if result == CheckResult.WAITING:
        return "result", "请选择合格或不合格。", "Say whether it passed."
    if result == CheckResult.FAILED and not topic:
        return "topic", "不合格的请选择主题。", "Say what was missed."
    if result == CheckResult.FAILED and not note.strip():
        return "note", "不合格的请写明原因。", "Say why it did not pass."
    return None


def agreement(pairs: Iterable[tuple[bool, bool]]) -> tuple[int, float, float | None] | None:
    """Return (n, share of equal results, Cohen's kappa) of records read twice; None under 10; kappa None if all alike."""
    found = list(pairs)
    n = len(found)
    if n < FEWEST_PAIRS:
        return None
    equal = sum(a == b for a, b in found) / n
    first, second = sum(a for a, _ in found) / n, sum(b for _, b in found) / n
    chance = first * second + (1 - first) * (1 - second)
    return n, equal, None if chance == 1 else (equal - chance) / (1 - chance)

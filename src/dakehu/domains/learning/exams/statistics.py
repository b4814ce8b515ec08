"""Item statistics of questions: facility and discrimination, from 30 answers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

MINIMUM = 30  # minimum answers for showing a figure; house default
HARD = 0.5  # share of right answers below which a question is marked for repair
WEAK = 0.1  # discrimination below which a question is marked for repair


@dataclass(frozen=True)
class QuestionStatistics:
    """Statistics of a question: number of answers, share of right ones, correlation with the score of the other questions.

    `facility` and `discrimination` are None below the minimum; the latter also without variance."""

    answers: int
    facility: float | None
    discrimination: float | None

    @property
    def needs_repair(self) -> bool:
        """Whether facility or discrimination is below its limit."""
        is_hard = self.facility is not None and self.facility < HARD
        return is_hard or (self.discrimination is not None and self.discrimination < WEAK)


def measure(answered: Sequence[tuple[bool, float]]) -> QuestionStatistics:
    """Return the statistics of a question from (is right, share of the other questions that were right) of each answer."""
    n = len(answered)
    if n < MINIMUM:
        return QuestionStatistics(n, None, None)
    return QuestionStatistics(n, sum(right for right, _ in answered) / n, _correlation(answered))


def _correlation(pairs: Sequence[tuple[bool, float]]) -> float | None:
    n = len(pairs)
    mean_x, mean_y = sum(x for x, _ in pairs) / n, sum(y for _, y in pairs) / n
    xx = sum((x - mean_x) ** 2 for x, _ in pairs)
    yy = sum((y - mean_y) ** 2 for _, y in pairs)
    if xx <= 0 or yy <= 1e-12:
        return None
    return sum((x - mean_x) * (y - mean_y) for x, y in pairs) / sqrt(xx * yy)

"""Row numbers as runs: a million rows made one after the other take one pair, in memory, in the audit and on disk."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator


class IdRanges:
    """A set of numbers, kept as runs (first, last) in ascending order."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._runs: list[tuple[int, int]] = []
        self.add(numbers)

    @classmethod
    def of(cls, runs: Iterable[Iterable[int]]) -> "IdRanges":
        """The opposite of `runs`."""
        made = cls()
        made._runs = [(first, last) for first, last in runs]
        return made

    @property
    def runs(self) -> list[tuple[int, int]]:
        return list(self._runs)

    def add(self, numbers: Iterable[int]) -> None:
        fresh = [(number, number) for number in numbers]
        self._runs = _merged([*self._runs, *_merged(fresh)])

    def merge(self, other: "IdRanges") -> None:
        self._runs = _merged([*self._runs, *other._runs])

    def remove(self, number: int) -> bool:
        """Take one number out; says whether it was there."""
        place = bisect_right(self._runs, (number, float("inf"))) - 1
        if place < 0 or self._runs[place][1] < number:
            return False
        first, last = self._runs[place]
        left = [(a, b) for a, b in ((first, number - 1), (number + 1, last)) if a <= b]
        self._runs[place : place + 1] = left
        return True

    def parts(self, most: int) -> Iterator[tuple[int, int]]:
        """The runs cut into pieces of at most `most` numbers."""
        for first, last in self._runs:
            for start in range(first, last + 1, most):
                yield start, min(start + most - 1, last)

    def __contains__(self, number: object) -> bool:
        place = bisect_right(self._runs, (number, float("inf"))) - 1
        return place >= 0 and self._runs[place][1] >= number  # type: ignore[operator]

    def __iter__(self) -> Iterator[int]:
        for first, last in self._runs:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self._runs)


def _merged(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    made: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if made and first <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(last, made[-1][1]))
        else:
            made.append((first, last))
    return made

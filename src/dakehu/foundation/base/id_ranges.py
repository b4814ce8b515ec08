"""Sets of row ids as ranges: a million consecutive ids are one pair in memory, in the audit and on disk."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator


class IdRanges:
    """A set of ids, stored as ranges (first, last) in ascending order."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._runs: list[tuple[int, int]] = []
        self.add(numbers)

    @classmethod
    def of(cls, runs: Iterable[Iterable[int]]) -> "IdRanges":
        """Return the set with these ranges."""
        result = cls()
        result._runs = [(first, last) for first, last in runs]
        return result

    @property
    def runs(self) -> list[tuple[int, int]]:
        """Return the ranges [(first, last)]."""
        return list(self._runs)

    def add(self, numbers: Iterable[int]) -> None:
        """Add ids."""
        ids = list(numbers)
        if ids and ids == list(range(ids[0], ids[0] + len(ids))):  # consecutive, as from a sequence
            added = [(ids[0], ids[-1])]
        else:
            added = _merge_ranges([(number, number) for number in ids])
        self._runs = _merge_ranges([*self._runs, *added])

    def merge(self, other: "IdRanges") -> None:
        """Add all ids of another set."""
        self._runs = _merge_ranges([*self._runs, *other._runs])

    def remove(self, number: int) -> bool:
        """Remove one id; return whether it was present."""
        index = bisect_right(self._runs, (number, float("inf"))) - 1
        if index < 0 or self._runs[index][1] < number:
            return False
        first, last = self._runs[index]
        remaining = [(start, end) for start, end in ((first, number - 1), (number + 1, last)) if start <= end]
        self._runs[index : index + 1] = remaining
        return True

    def parts(self, limit: int) -> Iterator[tuple[int, int]]:
        """Yield the ranges split into pieces of at most `limit` ids."""
        for first, last in self._runs:
            for start in range(first, last + 1, limit):
                yield start, min(start + limit - 1, last)

    def __contains__(self, number: object) -> bool:
        """Return whether an id is in the set."""
        index = bisect_right(self._runs, (number, float("inf"))) - 1
        return index >= 0 and self._runs[index][1] >= number  # type: ignore[operator]

    def __iter__(self) -> Iterator[int]:
        for first, last in self._runs:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self._runs)


def _merge_ranges(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Merge overlapping and adjacent ranges."""
    result: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result

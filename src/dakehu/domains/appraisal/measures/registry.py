"""The register of measures: each states what it counts and its data source.

A measure without a source is shown as such and not rated; its weight is redistributed by the rules of scores.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dakehu.domains.appraisal.measures.rules import Row
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual


@dataclass(frozen=True)
class Span:
    """The input of a measure: a period up to the day of reading, for these people. Read as the system, without scope."""

    first_on: date
    last_on: date
    as_of: date
    users: tuple[int, ...]

    @property
    def until(self) -> date:
        """Return the last day that has begun."""
        return min(self.last_on, self.as_of)


Source = Callable[[Span], Mapping[int, Sequence[Row]]]


@dataclass(frozen=True)
class Measure:
    """A measure of people's work.

    `kind` is one of measures.rules, `unit` how values are shown (share, days, count), `definition` states numerator,
    denominator and exclusions; `version` changes with it. `floor` and `target` are house defaults for new schemes.
    """

    code: str
    zh: str
    en: str
    definition: Bilingual
    version: str
    kind: str
    unit: str
    min_n: int
    is_shrunk: bool
    floor: Decimal
    target: Decimal
    source: Source | None = None

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)


_declared: dict[str, Measure] = {}


def declare(*measures: Measure) -> None:
    """Register measures. Raises ValueError for a code declared twice."""
    for one in measures:
        if _declared.get(one.code, one) != one:
            raise ValueError(f"measure {one.code} is declared twice")
        _declared[one.code] = one


def get_measure(code: str) -> Measure:
    """Return a measure by its code. Raises NotFound."""
    try:
        return _declared[code]
    except KeyError:
        raise NotFound(bilingual("考核指标", "measure"), code) from None


def find_measure(code: str) -> Measure | None:
    """Return a measure by its code, None for one that is no longer declared."""
    return _declared.get(code)


def measures() -> Iterator[Measure]:
    """Every declared measure, by its code."""
    return iter(sorted(_declared.values(), key=lambda one: one.code))

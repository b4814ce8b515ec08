"""The register of conditions that a level may require of a person, and how they are measured.

Higher domains declare their own (appraisal does). Trades and opened accounts are not permitted as conditions: the register
refuses them, so that no one is promoted by volume.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual

REFUSED = ("volume", "turnover", "trade", "commission", "new_accounts", "revenue", "net_inflow")


@dataclass(frozen=True)
class Evidence:
    """A row behind a figure: its text, and the page that shows it ("" for none)."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class Figure:
    """A measured value of a person: the figure (None: not measurable), why not, and the rows behind it."""

    value: Decimal | None
    note: Bilingual | None = None
    rows: Sequence[Evidence] = field(default_factory=tuple)


Source = Callable[[int, str, date], Figure]


@dataclass(frozen=True)
class ConditionKind:
    """A kind of condition.

    `source(person, subject, day)` measures it without regard to the reader; the queries of the ladder check the reader. `unit` is a pair of words
    after the figure; `decimals` of the figure as shown. `needs_subject`: the condition has a subject (such as a certificate).
    """

    code: str
    zh: str
    en: str
    definition: Bilingual
    unit: Bilingual
    source: Source
    decimals: int = 0
    needs_subject: bool = False

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)


_declared: dict[str, ConditionKind] = {}


def declare(*kinds: ConditionKind) -> None:
    """Register kinds of conditions. Raises ValueError for a code declared twice, and for one that counts trades or accounts."""
    for one in kinds:
        if any(word in one.code for word in REFUSED):
            raise ValueError(f"nobody is promoted by {one.code}")
        if _declared.get(one.code, one) != one:
            raise ValueError(f"condition {one.code} is declared twice")
        _declared[one.code] = one


def get_condition_kind(code: str) -> ConditionKind:
    """Return a kind of condition by its code. Raises NotFound."""
    try:
        return _declared[code]
    except KeyError:
        raise NotFound(bilingual("晋升条件类别", "kind of condition"), code) from None


def find_condition_kind(code: str) -> ConditionKind | None:
    """Return a kind of condition by its code, None for one that is no longer declared."""
    return _declared.get(code)


def condition_kinds() -> Iterator[ConditionKind]:
    """Every declared kind of condition, by its code."""
    return iter(sorted(_declared.values(), key=lambda one: one.code))

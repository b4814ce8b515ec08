"""Declare the rules that a domain applies: `declare(RuleSource(...))`. Several with one name are its versions by day.

Certainty: V the text was read, S only a secondary source was, K to be verified, D house default. Only V and S are shown as law
or rule of a regulator; K and D are configuration and labelled so wherever they are shown (domain.md 0).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import Choices


class Certainty(Choices):
    """The certainty of a rule: the text was read, only a secondary source was, to be verified, or a house default.

    The aliases are the spellings in exports of earlier versions.
    """

    V = "V", "已核对原文", "Text read", ("[V] 已核对原文", "[V] text read")
    S = "S", "二手来源", "Secondary source", ("[S] 二手来源", "[S] secondary source")
    K = "K", "待核实", "To be verified", ("[K] 待核实", "[K] to be verified", "To be checked")
    D = "D", "内部默认", "House default", ("[D] 内部默认", "[D] house default")


CERTAINTY = {one.value: one.label for one in Certainty}
NOT_LAW = frozenset({"K", "D"})


@dataclass(frozen=True)
class RuleSource:
    """One version of a rule: `name` such as "suitability.match", its text in both languages, its source ("" for a
    house default), its tag of certainty and the first day on which it applies."""

    name: str
    zh: str
    en: str
    source: Bilingual | str
    tag: str
    effective_from: date

    @property
    def text(self) -> Bilingual:
        return bilingual(self.zh, self.en)

    @property
    def certainty(self) -> Bilingual:
        """Its certainty, in the reader's language."""
        return CERTAINTY[self.tag]

    @property
    def is_law(self) -> bool:
        """Whether it may be shown as law or as a regulator's rule."""
        return self.tag not in NOT_LAW


_declared: dict[tuple[str, date], RuleSource] = {}


def declare(*sources: RuleSource) -> None:
    """Register rules. Raises ValueError for an unknown tag, a law without source, and a version declared twice."""
    for one in sources:
        if one.tag not in CERTAINTY:
            raise ValueError(f"rule {one.name}: no tag {one.tag}")
        if one.is_law and not str(one.source).strip():
            raise ValueError(f"rule {one.name} is shown as law and names no source")
        key = (one.name, one.effective_from)
        if _declared.get(key, one) != one:
            raise ValueError(f"rule {one.name} of {one.effective_from} is declared twice")
        _declared[key] = one


def versions_of(name: str) -> list[RuleSource]:
    """Return the versions of a rule, the earliest first; [] for an undeclared name."""
    return sorted((one for one in _declared.values() if one.name == name), key=lambda one: one.effective_from)


def find_rule(name: str, on: date) -> RuleSource | None:
    """Return the version of a rule that applies on a day, None before its first."""
    begun = [one for one in versions_of(name) if one.effective_from <= on]
    return begun[-1] if begun else None


def names() -> Iterator[str]:
    """Every declared name, in alphabetical order."""
    yield from sorted({name for name, _ in _declared})

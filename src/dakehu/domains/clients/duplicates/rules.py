"""Are these two one client? Pure: portraits in, a score and its reasons out; nothing is ever merged by a score."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from opencc import OpenCC
from rapidfuzz import fuzz

CERTAIN = 100
LIKELY = 60  # from here on two clients are suggested as one
CLOSE = 86  # ratio of characters, out of 100, from which two names count as nearly the same
NEAR = {  # what each finding says, and how much it weighs
    "id": (100, "证件号码相同", "the same ID number"),
    "contact": (60, "联系方式相同", "the same phone or mail"),
    "name": (60, "姓名相同", "the same name"),
    "sound": (45, "姓名读音相同", "names that sound the same"),
    "close": (40, "姓名相近", "nearly the same name"),
    "birth": (25, "出生日期相同", "the same birth date"),
    "ending": (15, "号码后四位相同", "numbers with the same last four digits"),
    "employer": (10, "工作单位相同", "the same employer"),
}
AGAINST_BIRTH, AGAINST_KIND = 40, 30
OTHER_ID = 40  # two numbers of one kind of document are two people, however alike


@dataclass(frozen=True)
class Profile:
    """What is compared of a client. Numbers come as blind indexes ("" and empty sets: not known)."""

    name: str
    pinyin: str = ""
    kind: str = "person"
    birth_on: date | None = None
    id_type: str = ""
    id_index: str = ""
    contacts: frozenset[str] = frozenset()
    endings: frozenset[str] = frozenset()
    employer: str = ""


@dataclass(frozen=True)
class Similarity:
    """`score` 0 to 100; `reasons` are names of findings in NEAR, weightiest first."""

    score: int
    reasons: tuple[str, ...]

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY

    def said(self) -> tuple[str, str]:
        """(zh, en) of the reasons."""
        return ("、".join(NEAR[r][1] for r in self.reasons), ", ".join(NEAR[r][2] for r in self.reasons))


@cache
def _simplified() -> Any:
    return OpenCC("t2s")


def fold(name: str) -> str:
    """A name as it is compared: half width, lower case, simplified characters, letters and digits only."""
    flat = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in _simplified().convert(flat) if c.isalnum())


def similarity(a: Profile, b: Profile) -> Similarity:
    """How likely two portraits show one client. The same ID number is certain; two numbers of one kind of document, other
    birth dates and another kind of client speak against it."""
    if a.id_index and a.id_index == b.id_index:
        return Similarity(CERTAIN, ("id", *_findings(a, b)))
    found = _findings(a, b)
    score = sum(NEAR[reason][0] for reason in found)
    if a.birth_on and b.birth_on and a.birth_on != b.birth_on:
        score -= AGAINST_BIRTH
    if a.kind != b.kind:
        score -= AGAINST_KIND
    if a.id_index and b.id_index and a.id_type == b.id_type:
        score = min(score, OTHER_ID)
    return Similarity(max(0, min(score, CERTAIN - 1)), found)


def _findings(a: Profile, b: Profile) -> tuple[str, ...]:
    found = []
    if a.contacts & b.contacts:
        found.append("contact")
    named = _names(a, b)
    if named:
        found.append(named)
    if a.birth_on and a.birth_on == b.birth_on:
        found.append("birth")
    if a.endings & b.endings and not a.contacts & b.contacts:
        found.append("ending")
    if a.employer and fold(a.employer) == fold(b.employer):
        found.append("employer")
    return tuple(sorted(found, key=lambda reason: -NEAR[reason][0]))


def _names(a: Profile, b: Profile) -> str:
    one, two = fold(a.name), fold(b.name)
    if not one or not two:
        return ""
    if one == two:
        return "name"
    if a.pinyin and a.pinyin == b.pinyin:
        return "sound"
    if a.name.isascii() and b.name.isascii() and fuzz.token_sort_ratio(a.name.casefold(), b.name.casefold()) >= CLOSE:
        return "close"
    return "close" if min(len(one), len(two)) >= 4 and fuzz.ratio(one, two) >= CLOSE else ""


def reversed_name(name: str) -> str:
    """A Latin name of two words the other way round (Wei Lin → Lin Wei); "" for any other."""
    words = name.split()
    return " ".join(reversed(words)) if name.isascii() and len(words) == 2 else ""

"""Score how likely two clients are one. Pure.

Profiles in, score and reasons out; nothing is merged by a score.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from opencc import OpenCC
from rapidfuzz import fuzz

CERTAIN = 100
LIKELY = 60  # score from which two clients are suggested as duplicates
CLOSE = 86  # ratio of characters, out of 100, from which two names are similar
NEAR = {  # {finding: (score, zh, en)}
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
AGAINST = {  # {finding: (score, zh, en)}
    "birth": (-AGAINST_BIRTH, "出生日期不同", "other birth dates"),
    "kind": (-AGAINST_KIND, "客户类型不同", "other kinds of client"),
    "id": (0, "同类证件号码不同，最高 40 分", "other numbers of one document type: 40 points at most"),
}
OTHER_ID = 40  # limit for two numbers of one document type, which are two people


@dataclass(frozen=True)
class Profile:
    """The compared data of a client. Numbers are blind indexes ("" and empty sets: unknown)."""

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
    """A score of 0 to 100; `reasons` are keys of NEAR, weightiest first."""

    score: int
    reasons: tuple[str, ...]
    against: tuple[str, ...] = ()  # keys of AGAINST

    @property
    def is_likely(self) -> bool:
        """Return whether two clients are suggested as duplicates."""
        return self.score >= LIKELY

    def reason_texts(self) -> tuple[str, str]:
        """Return (zh, en) of the reasons."""
        return ("、".join(NEAR[r][1] for r in self.reasons), ", ".join(NEAR[r][2] for r in self.reasons))

    def points(self) -> list[tuple[int, str, str]]:
        """Return (points, zh, en) of every finding for and against, which make the score."""
        return [*(NEAR[reason] for reason in self.reasons), *(AGAINST[reason] for reason in self.against)]


@cache
def _simplified_converter() -> Any:
    """Return the converter to simplified characters."""
    return OpenCC("t2s")


def normalize_name_for_match(name: str) -> str:
    """Normalise a name for comparison: half width, lower case, simplified, letters and digits only."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in _simplified_converter().convert(folded) if character.isalnum())


def similarity(a: Profile, b: Profile) -> Similarity:
    """Score how likely two profiles are one client.

    The same ID number is certain; two numbers of one document type, other birth dates and another kind of client count
    against it.
    """
    if a.id_index and a.id_index == b.id_index:
        return Similarity(CERTAIN, ("id", *_findings(a, b)))
    findings = _findings(a, b)
    score = sum(NEAR[reason][0] for reason in findings)
    against = []
    if a.birth_on and b.birth_on and a.birth_on != b.birth_on:
        against.append("birth")
    if a.kind != b.kind:
        against.append("kind")
    score += sum(AGAINST[reason][0] for reason in against)
    if a.id_index and b.id_index and a.id_type == b.id_type:
        against.append("id")
        score = min(score, OTHER_ID)
    return Similarity(max(0, min(score, CERTAIN - 1)), findings, tuple(against))


def _findings(a: Profile, b: Profile) -> tuple[str, ...]:
    """Return the findings that two profiles share, weightiest first."""
    findings = []
    if a.contacts & b.contacts:
        findings.append("contact")
    name_finding = _compare_names(a, b)
    if name_finding:
        findings.append(name_finding)
    if a.birth_on and a.birth_on == b.birth_on:
        findings.append("birth")
    if a.endings & b.endings and not a.contacts & b.contacts:
        findings.append("ending")
    if a.employer and normalize_name_for_match(a.employer) == normalize_name_for_match(b.employer):
        findings.append("employer")
    return tuple(sorted(findings, key=lambda reason: -NEAR[reason][0]))


def _compare_names(a: Profile, b: Profile) -> str:
    """Return the finding for two names: name, sound, close or ""."""
    first, second = normalize_name_for_match(a.name), normalize_name_for_match(b.name)
    if not first or not second:
        return ""
    if first == second:
        return "name"
    if a.pinyin and a.pinyin == b.pinyin:
        return "sound"
    if a.name.isascii() and b.name.isascii() and fuzz.token_sort_ratio(a.name.casefold(), b.name.casefold()) >= CLOSE:
        return "close"
    return "close" if min(len(first), len(second)) >= 4 and fuzz.ratio(first, second) >= CLOSE else ""


def reversed_name(name: str) -> str:
    """Return a Latin name of two words in reverse order (Wei Lin → Lin Wei), "" for any other."""
    words = name.split()
    return " ".join(reversed(words)) if name.isascii() and len(words) == 2 else ""

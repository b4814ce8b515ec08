"""Decide whether a text may be sent to a client: hits of the lexicon, negation, quotation, companion texts. Pure.

Source: domain.md 5.5. Severities: BLOCK may not be sent; COND only with its companion texts; WARN needs substantiation;
REVIEW waits for a person (a hit that is negated or quoted).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dakehu.domains.compliance.wording.groups import (
    BLOCK,
    BY_CODE,
    COMPANIONS,
    REVIEW,
    SEVERITIES,
    WARN,
    Group,
)
from dakehu.domains.compliance.wording.lexicon import ACCEPTED, Entry
from dakehu.domains.compliance.wording.normalisation import Normalised, normalise

LOOK_BACK = 14
LOOK_AHEAD = 14
ENGLISH_LOOK_BACK = 48
NEGATED_BEFORE = re.compile(
    r"(?:不得|不能|不会|不应|不(?!但|仅|光|只|错|用|买|管|论|亏|怕|如|妨)|非(?!常)|未(?!来|必|公布|公告)|无法|无(?!论|惧)|没有(?=任何人|谁|人能|人可)|没有(?:任何人|谁|人)(?:能|可以)?"
    r"|禁止|严禁|切勿|请勿|勿|并非|从未|拒绝|任何|警惕|谨防|声称|所谓|自称|宣称|号称|是不是|您问|案例|通报|什么是)[^。;!?,]{0,10}$"
)
ENGLISH_NEGATED_BEFORE = re.compile(
    r"\b(?:not|no|never|don't|doesn't|won't|beware|anyone who|nobody|no one|nor|cannot promise)\b[^.;!?,]{0,40}$"
)
NEGATED_AFTER = re.compile(
    r"^[^。;!?]{0,8}(?:是不可能|不可信|不要信|别信|违规|违法|诈骗|骗局|陷阱|无效|非法|请勿|不得|都是骗|不保本|吗答)"
)
MAX_LENGTH = 20_000


@dataclass(frozen=True)
class Hit:
    """A range of the original text matched by a rule; `missing` names the absent companion texts."""

    group: Group
    rule: str
    version: int
    severity: str
    text: str
    start: int
    end: int
    is_negated: bool = False
    is_quoted: bool = False
    missing: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return a compiled pattern."""
    return re.compile(pattern)


def check(text: str, entries: Iterable[Entry], accepted: Sequence[str] = ACCEPTED) -> list[Hit]:
    """Return the hits of a text by position; no hit if the companion texts are present."""
    plain = normalise(text)
    spared = [match.span() for pattern in accepted for match in compile_pattern(pattern).finditer(plain.text)]
    found: list[Hit] = []
    for entry in entries:
        group = BY_CODE[entry.group]
        for match in compile_pattern(entry.pattern).finditer(plain.text):
            if match.end() == match.start() or any(a <= match.start() and match.end() <= b for a, b in spared):
                continue
            hit = _hit_at(text, plain, entry, group, match.start(), match.end())
            if hit is not None:
                found.append(hit)
    return _without_repetition(found)


def severity_of(hits: Iterable[Hit]) -> str | None:
    """Return the strongest severity, None without a hit."""
    there = {hit.severity for hit in hits}
    return next((severity for severity in SEVERITIES if severity in there), None)


def _hit_at(text: str, plain: Normalised, entry: Entry, group: Group, start: int, end: int) -> Hit | None:
    """Return the hit of a match at its position; None if it is exempt or all companion texts are present."""
    before = plain.text[max(0, start - LOOK_BACK) : start]
    if group.unless_before and re.search(group.unless_before, plain.text[max(0, start - LOOK_BACK) : end]):
        return None
    missing = tuple(name for name in group.companions if not compile_pattern(COMPANIONS[name][2]).search(plain.text))
    if group.companions and not missing:
        return None
    is_negated = group.is_excused_by_negation and _is_negated(plain.text, before, start, end)
    is_quoted = all(plain.is_quoted[start:end])
    severity = REVIEW if is_negated or (is_quoted and group.severity != WARN) else group.severity
    first, last = plain.place(start, end)
    return Hit(
        group, entry.code, entry.version, severity, text[first:last], first, last, is_negated, is_quoted, missing
    )


def _is_negated(text: str, before: str, start: int, end: int) -> bool:
    """Return whether a match is in a negation, a warning or a question."""
    english = text[max(0, start - ENGLISH_LOOK_BACK) : start]
    return bool(
        NEGATED_BEFORE.search(before)
        or ENGLISH_NEGATED_BEFORE.search(english)
        or NEGATED_AFTER.search(text[end : end + LOOK_AHEAD])
    )


def _without_repetition(hits: list[Hit]) -> list[Hit]:
    """Return hits by position; of overlapping hits of one group only the most severe, then the longest."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda one: (SEVERITIES.index(one.severity), one.start - one.end)):
        if not any(other.group == hit.group and other.start < hit.end and hit.start < other.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda one: (one.start, one.rule))


def may_leave(hits: Iterable[Hit]) -> bool:
    """Return whether nothing forbids sending: neither BLOCK nor COND nor REVIEW."""
    return all(hit.severity == WARN for hit in hits)


def is_blocked(hits: Iterable[Hit]) -> bool:
    """Return whether a text may not be sent at all."""
    return any(hit.severity == BLOCK for hit in hits)

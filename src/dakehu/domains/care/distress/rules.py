"""Find signs of distress in a text: by words and negation only, never by the model of mood. Pure.

The rules accept false alarms rather than misses: what is found goes to a person.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from dakehu.domains.care.distress.signs import LEVELS, SIGNS, Sign

LOOK_BACK = 16
LOOK_AHEAD = 10
# A negation directly before what was found: 我没有不想活, 不会想不开, 从来不赌.
NEGATED_BEFORE = re.compile(
    r"(?P<word>没有|没|从未|并未|未曾|不会|不是|并非|绝不|不可能|不至于|不存在|不再|再也不|从来不|从不|不)"
    r"(?:到|再|要|去|想过|想|说过|说|觉得|感到|打算|考虑过|什么|任何|有|因此|是)?$"
)
ENGLISH_NEGATED_BEFORE = re.compile(
    r"\b(?:not|no|never|don't|didn't|isn't|am not|without)(?: (?:been|feeling|any|at all))? $"
)
# What inverts the negation or makes it a question: 不是没想过死, 要不是借钱, 是不是被骗, 不得不借钱, 能不慌吗.
REVERSED = re.compile(r"(?:不是|并非|不会|不可能|难道|何尝|怎么|怎|能|岂)(?:会|能)?$|(?:要|是|得|何尝|难道|还)$|不得$")
NEGATED_AFTER = re.compile(
    r"^(?:了)?(?:倒|倒是|那倒|是)?(?:不至于|谈不上|说不上|不存在)|^(?:倒|倒是|那倒|是)没有|^的(?:情况|事|问题)?(?:倒|是|都)?(?:没有|不存在)"
)


@dataclass(frozen=True)
class Found:
    """A span of the comparable text in which a sign was found, and whether it is negated."""

    sign: Sign
    start: int
    end: int
    is_negated: bool


@cache
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def find_signs(text: str) -> list[Found]:
    """Return what was found in a comparable text, by position; of two overlapping hits of one sign, the first."""
    found: list[Found] = []
    for sign in SIGNS:
        last = 0
        for start, end in sorted(_sign_matches(sign, text)):
            if start >= last:
                found.append(Found(sign, start, end, _is_negated(text, start, end)))
                last = end
    return sorted(found, key=lambda one: (one.start, one.end))


def _sign_matches(sign: Sign, text: str) -> Iterable[tuple[int, int]]:
    """Yield the matches of a sign's patterns that `unless_before` does not exclude."""
    for pattern in sign.patterns:
        for match in _compile_pattern(pattern).finditer(text):
            before = text[max(0, match.start() - LOOK_BACK) : match.start()]
            if not sign.unless_before or not _compile_pattern(sign.unless_before).search(before):
                yield match.span()


def _is_negated(text: str, start: int, end: int) -> bool:
    """Return whether a match is negated directly before or after it."""
    before = text[max(0, start - LOOK_BACK) : start]
    if NEGATED_AFTER.search(text[end : end + LOOK_AHEAD]) or ENGLISH_NEGATED_BEFORE.search(before):
        return True
    match = NEGATED_BEFORE.search(before)
    return match is not None and not REVERSED.search(before[: match.start()])


def level_of(found: Iterable[Found]) -> str | None:
    """Return the most serious level among signs that are not negated, None if there is none."""
    present = {one.sign.level for one in found if not one.is_negated}
    return next((level for level in LEVELS if level in present), None)

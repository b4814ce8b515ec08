"""Whether a pattern is valid in the lexicon: parsable, bounded, and not matching everything. Pure."""

import re
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

MOST_REPEATS = 80
ORDINARY = ("您好，您上周咨询的开户流程我整理好了。", "Please find the statement attached.", "")
REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)


def fault_of(pattern: str) -> tuple[str, str] | None:
    """Return the error of a pattern in both languages, None if it is valid."""
    try:
        parsed = _parser.parse(pattern)
        found = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"表达式无法读取：{error}。", f"The pattern cannot be read: {error}."
    if _is_unbounded(parsed, 0):
        return (
            f"重复次数须有上限（至多 {MOST_REPEATS} 次），且不能重复中再重复；请写成 [^。]{0, 8} 这样。",
            f"Repetition must be bounded (at most {MOST_REPEATS}) and not nested; write [^.]{0, 8}.",
        )
    if any(found.search(text) for text in ORDINARY):
        return "这个表达式会命中普通的话，请写得更具体。", "This pattern matches ordinary sentences; be more specific."
    return None


def _is_unbounded(parsed: Any, depth: int) -> bool:
    """Return whether a repetition has no bound, or contains another repetition of more than one character."""
    for operator, value in parsed:
        inside = depth
        if operator in REPEATS:
            most = int(value[1])
            if most > MOST_REPEATS or (depth and most > 1):
                return True
            inside = depth + (1 if most > 1 else 0)
        if any(_is_unbounded(part, inside) for part in _parts(value)):
            return True
    return False


def _parts(value: Any) -> list[Any]:
    """Return the patterns inside a part of a pattern."""
    if isinstance(value, _parser.SubPattern):
        return [value]
    if isinstance(value, (list, tuple)):
        return [part for one in value for part in _parts(one)]
    return []

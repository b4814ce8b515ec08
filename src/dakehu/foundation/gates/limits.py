"""Limits on any input: no control characters, no JSON too deep or too large to process.

Equal for both databases: PostgreSQL cannot store NUL, SQLite would.
"""

import re
from typing import Any

from dakehu.foundation.base.i18n import Bilingual, bilingual

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
DEPTH = 16  # nesting depth of lists and objects
NODES = 200_000  # values in one JSON document: enough for a change of many cells
STORED = 64_000  # characters of JSON that is stored unchanged, such as the state of a view
LARGEST = 2**63 - 1


def find_text_fault(text: str) -> Bilingual | None:
    """Return what is wrong with a text, or None."""
    found = CONTROL.search(text)
    if found is None:
        return None
    return bilingual(
        "第 {n} 个字符是不可见的控制字符（U+{code}），请删去后再试。",
        "Character {n} is an invisible control character (U+{code}); take it out and try again.",
        n=found.start() + 1,
        code=f"{ord(found.group()):04X}",
    )


def find_json_fault(value: Any, *, stored: bool = False) -> Bilingual | None:
    """Return what is wrong with free-form JSON, or None: its depth, its size, its texts and names, its numbers.
    `stored` for JSON that is stored unchanged."""
    waiting, nodes, size = [(value, 1)], 0, 0
    while waiting:
        one, depth = waiting.pop()
        nodes += 1
        if depth > DEPTH:
            return bilingual("嵌套超过 {n} 层。", "Nested more than {n} levels deep.", n=DEPTH)
        texts = (
            [one]
            if isinstance(one, str)
            else [name for name in one if isinstance(name, str)]
            if isinstance(one, dict)
            else []
        )
        for text in texts:
            fault = find_text_fault(text)
            if fault is not None:
                return fault
        size += sum(map(len, texts)) + 8
        if nodes > NODES or (stored and size > STORED):
            return bilingual("内容太大。", "Too large.")
        if isinstance(one, int) and abs(one) > LARGEST:
            return bilingual("数值 {value} 太大。", "The number {value} is too large.", value=str(one)[:40])
        if isinstance(one, dict):
            waiting += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, (list, tuple)):
            waiting += [(inner, depth + 1) for inner in one]
    return None

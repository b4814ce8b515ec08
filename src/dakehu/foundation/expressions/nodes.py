"""The tree of a rule. One class of node; its type is `op`.

| op | parts | value |
|---|---|---|
| or, and | two or more conditions | |
| not | one condition | |
| compare | two values | the sign: >= > <= < = != |
| in | a value, then constants | True: none of them |
| missing | a value | True: not missing |
| between | a value, the lower and the upper end | |
| add | two values | the sign: + - * / |
| negate | a value | |
| call | values | min, max, abs |
| constant | | Decimal, date, str |
| name | | the words of a name not yet resolved |
| fact | | the Fact |
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Place:
    """A position in the text: offsets from 0, line and column from 1."""

    start: int
    end: int
    line: int
    column: int


NOWHERE = Place(0, 0, 1, 1)


@dataclass(frozen=True)
class Node:
    """A part of a rule.

    `kind` is the kind of its value: "condition", a kind of fact (foundation.schema.facts), "plain" (a number without a
    unit) or "ratio" (a quotient, written as a number or in %). It is "" until the rule is checked, except for
    constants.
    """

    op: str
    parts: tuple["Node", ...] = ()
    value: Any = None
    kind: str = ""
    place: Place = field(default=NOWHERE, compare=False)
    depth: int = field(default=1, compare=False)

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


def branch(op: str, parts: tuple[Node, ...], value: Any = None, kind: str = "", place: Place | None = None) -> Node:
    """Return a node over others; its position is theirs unless a place is given."""
    if place is None:
        first = parts[0].place
        place = Place(first.start, max(part.place.end for part in parts), first.line, first.column)
    return Node(op, parts, value, kind, place, 1 + max(part.depth for part in parts))

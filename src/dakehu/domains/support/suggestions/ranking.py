"""Rank documents by what they share with a question in plain words. Pure.

Chinese is written without spaces, so what is compared are pairs of neighbouring characters, and of other scripts runs of
three letters, as `foundation.search.text` cuts them. A pair that few documents hold weighs more (inverse document
frequency); one in the title counts twice. "How do I" weighs next to nothing, because nearly every document has it.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.search.text import tokens

NEAR = 0.4  # of the best score, below which a document is not suggested
PART = 0.25  # of the weight of the question that a document must share


@dataclass(frozen=True)
class Document:
    """Something that may answer a question: what it is, and the search tokens of its title and text."""

    what: Any
    title: str
    text: str = ""


def rank(question: str, documents: Sequence[Document], most: int = 5) -> list[Any]:
    """Return what of the documents answers a question best, the best first; [] where nothing is near."""
    asked = pieces_of(tokens(question))
    titles = [pieces_of(one.title) & asked for one in documents]
    shared = [title | (pieces_of(one.text) & asked) for title, one in zip(titles, documents, strict=True)]
    weights = _weights(shared)
    total = sum(weights.values())
    scored = [
        (
            sum(weights[piece] * (2 if piece in title else 1) for piece in both),
            sum(weights[piece] for piece in both),
            place,
        )
        for place, (title, both) in enumerate(zip(titles, shared, strict=True))
    ]
    best = max((score for score, _, _ in scored), default=0.0)
    near = [(score, place) for score, part, place in scored if score >= NEAR * best and part >= PART * total > 0]
    return [
        documents[place].what for score, place in sorted(near, key=lambda one: (-one[0], one[1]))[:most] if score > 0
    ]


def _weights(shared: Iterable[set[str]]) -> dict[str, float]:
    rows = list(shared)
    counts = Counter(piece for one in rows for piece in one)
    return {piece: math.log((len(rows) + 1) / count) for piece, count in counts.items()}


def pieces_of(line: str) -> set[str]:
    """Return the pairs of characters and the threes of letters in a line of search tokens."""
    return set(_pieces(line.split()))


def _pieces(found: list[str]) -> Iterator[str]:
    for before, here in zip(["", *found], found, strict=False):
        if here[0] == "t" and len(here) == 4:
            yield here
        elif here[0] == "u" and before[:1] == "u":
            yield before + here

"""Rank documents by their similarity to a question in plain words. Pure.

Chinese is written without spaces, so character bigrams are compared, and letter trigrams for other scripts, as tokenised
by `foundation.search.text`; question words (怎么, 如何, how) are removed first. The score is BM25 (Robertson and Zaragoza
2009, k1 1.2, b 0.75): a rare bigram weighs more, a frequent one in a document scores more, and a long document is
normalised by its length. A bigram in the title counts as eight in the text.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dakehu.foundation.search.text import normalize_text, tokens

K1, B = 1.2, 0.75
TITLE = 8  # weight of a bigram in the title
NAMED = 3  # factor for a document whose whole title is in the question
NEAR = 0.45  # minimum share of the best score for a suggestion
PART = 0.2  # minimum share of the question's weight in a document
_ASKING = re.compile(
    "为什么|怎么办|怎么样|怎么|怎样|如何|什么|哪里|哪个|可以|能否|能不能|是不是|有没有|没有|多少|不能|不了|请问|我的|一下|一个|这个|那个|[我你您他她的了吗呢吧啊在是把被给到请]"
    r"|\b(?:how|what|why|when|where|who|which|can|could|do|does|did|the|an?|to|of|in|on|is|are|my|i|it|and|for|with|not)\b"
)


@dataclass(frozen=True)
class Document:
    """A possible answer to a question: the object, and the search tokens of its title and text."""

    what: Any
    title: str
    text: str = ""


def rank(question: str, documents: Sequence[Document], most: int = 5) -> list[Any]:
    """Return the objects of the documents that best answer a question, best first; [] if none is similar."""
    asked = set(pieces_of(tokens(_ASKING.sub(" ", normalize_text(question)))))
    held = [_piece_counts(one.title, one.text) for one in documents]
    weights = {
        piece: math.log(1 + (len(held) - count + 0.5) / (count + 0.5))
        for piece in asked
        if (count := sum(piece in one for one, _ in held))
    }
    mean = sum(length for _, length in held) / max(len(held), 1)
    scored = []
    for place, (counts, length) in enumerate(held):
        shared = [piece for piece in weights if piece in counts]
        score = sum(
            weights[piece] * counts[piece] * (K1 + 1) / (counts[piece] + K1 * (1 - B + B * length / mean))
            for piece in shared
        )
        is_named = bool(named := set(pieces_of(documents[place].title))) and named <= asked
        if is_named or (shared and sum(weights[piece] for piece in shared) >= PART * sum(weights.values())):
            scored.append((score * NAMED if is_named else score, score, place))
    best = max((score for _, score, _ in scored), default=0.0)
    ordered = sorted((one for one in scored if one[0] >= NEAR * best), key=lambda one: (-one[0], one[2]))
    return [documents[place].what for _, _, place in ordered[:most]]


@lru_cache(maxsize=5_000)
def _piece_counts(title: str, text: str) -> tuple[Counter[str], int]:
    """Return the frequency of each piece in a document, weighted in the title, and the total."""
    counts = Counter(pieces_of(text))
    for piece in pieces_of(title):
        counts[piece] += TITLE
    return counts, counts.total()


def pieces_of(line: str) -> list[str]:
    """Return the character bigrams and letter trigrams in a line of search tokens; figures are ignored."""
    return list(_word_pieces(line.split()))


def _word_pieces(found: list[str]) -> Iterator[str]:
    for before, here in zip(["", *found], found, strict=False):
        if here[0] == "t" and len(here) == 4 and not here[1:].isdigit():
            yield here
        elif here[0] == "u" and before[:1] == "u":
            yield before + here

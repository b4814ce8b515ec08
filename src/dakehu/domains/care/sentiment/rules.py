"""Decide the mood of a text from the model's probability, the words of mood and distress. Pure.

Mood is only a suggestion: nothing is closed, routed or ranked by it.
"""

import re
from dataclasses import dataclass

from dakehu.domains.care.sentiment.lexicon import ASKING, NEGATIVE, POSITIVE

UNSURE_BELOW = 0.70  # [D] of the probability of the likelier mood; the share answered at it is in docs/benchmarks.md
SHORTEST = 2  # comparable characters: a single one has no mood
LABELS = ("positive", "negative", "neutral", "unsure")
_ASKING = re.compile(ASKING)


@dataclass(frozen=True)
class Mood:
    """A label, its basis ("model", "question", "distress", "empty") and the probability of the likelier mood."""

    label: str
    basis: str
    confidence: float


def decide(text: str, probability: float, has_distress: bool = False) -> Mood:
    """Return the mood of a comparable text with a given probability of being positive.

    A text that asks or informs and contains no word of mood is neutral. A text with a sign of distress is never
    positive.
    """
    confidence = max(probability, 1 - probability)
    if len(re.sub(r"\W", "", text)) < SHORTEST:
        return Mood("unsure", "empty", confidence)
    if has_distress:
        is_negative = probability < 0.5 and confidence >= UNSURE_BELOW
        return Mood("negative" if is_negative else "unsure", "distress", confidence)
    if _ASKING.search(text) and not any(mood_words(text)):
        return Mood("neutral", "question", confidence)
    if confidence < UNSURE_BELOW:
        return Mood("unsure", "model", confidence)
    return Mood("positive" if probability > 0.5 else "negative", "model", confidence)


def mood_words(text: str) -> tuple[int, int]:
    """Return how many different positive and negative words of mood a comparable text contains."""
    return sum(word in text for word in POSITIVE), sum(word in text for word in NEGATIVE)


def baseline(text: str) -> str:
    """Return the mood by counting words only, the baseline of the model; "unsure" if the counts are equal."""
    positive, negative = mood_words(text)
    return "unsure" if positive == negative else "positive" if positive > negative else "negative"

"""Normalise a text for comparison before mood, distress and topics are searched. Pure.

As in the wording check (widths, spaces between characters, separators, disguised spellings), plus every traditional
character.
"""

import re
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

from dakehu.domains.compliance.wording.normalisation import Normalised, normalise

# The traditional 睡不著 is 睡不着; 著名 and 显著 stay.
PARTICLE = re.compile(r"(?<![显名原编论专巨])著(?![名作称])")


@dataclass(frozen=True)
class Readable:
    """A comparable text with the mapping back to the original."""

    original: str
    normalised: Normalised

    @property
    def text(self) -> str:
        """Return the comparable text."""
        return self.normalised.text

    def found(self, start: int, end: int) -> dict[str, str | int]:
        """Return {text, start, end} of a span of the original."""
        first, last = self.normalised.place(start, end)
        return {"text": self.original[first:last], "start": first, "end": last}


@cache
def _script() -> OpenCC:
    return OpenCC("t2s")


def make_readable(text: str) -> Readable:
    """Return the comparable form of a text."""
    simplified = text if text.isascii() else PARTICLE.sub("着", _script().convert(text))
    # A phrase of another length would shift positions: then only the characters of the wording check are simplified.
    return Readable(text, normalise(simplified if len(simplified) == len(text) else text))

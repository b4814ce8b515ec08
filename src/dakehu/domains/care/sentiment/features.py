"""Hash the n-grams of a text, 1 to 3 characters, into 65,536 buckets. Pure; used for training and inference."""

import re
from zlib import crc32

import numpy as np
import numpy.typing as npt

BITS = 16
SIZE = 1 << BITS
LONGEST = 3
DIGITS = re.compile(r"\d+")
SPACES = re.compile(r"\s+")


def features_of(text: str) -> npt.NDArray[np.int64]:
    """Return the sorted bucket numbers of the n-grams of a comparable text, each once; empty for an empty text.

    All digits are one symbol, so that no amount, date or telephone number becomes a feature.
    """
    plain = SPACES.sub(" ", DIGITS.sub("0", text)).strip()
    if not plain:
        return np.zeros(0, dtype=np.int64)
    padded = f"^{plain}$"
    grams = {padded[at : at + size] for size in range(1, LONGEST + 1) for at in range(len(padded) - size + 1)}
    places = {crc32(gram.encode()) & (SIZE - 1) for gram in grams}
    return np.fromiter(sorted(places), dtype=np.int64, count=len(places))

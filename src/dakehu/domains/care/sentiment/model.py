"""The model of mood: logistic regression over hashed n-grams, read from a file next to this one, offline.

`scripts/train_sentiment.py` writes the file. It contains weights as one-byte integers, a scale, an intercept and a
description, but no text. Training texts and what they mean for its licence: decision 0162.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dakehu.domains.care.sentiment.features import features_of

FILE = Path(__file__).with_name("model.npz")


@dataclass(frozen=True)
class Model:
    """Weights of the n-grams (65,536 × int8), their scale, the intercept, and the description of the model."""

    weights: npt.NDArray[np.int8]
    scale: float
    intercept: float
    about: dict[str, Any]

    def probability(self, text: str) -> float:
        """Return the probability that a comparable text is positive, 0 to 1; 0.5 for an empty text."""
        places = features_of(text)
        if not len(places):
            return 0.5
        total = float(self.weights[places].sum(dtype=np.int64)) * self.scale / float(np.sqrt(len(places)))
        return float(1 / (1 + np.exp(-np.clip(total + self.intercept, -30, 30))))


@cache
def load_model(path: Path = FILE) -> Model:
    """Return the model of a file. No code in the file is executed (no pickles)."""
    with np.load(path, allow_pickle=False) as stored:
        return Model(
            stored["weights"],
            float(stored["scale"]),
            float(stored["intercept"]),
            json.loads(str(stored["about"])),
        )

"""Train and test the sentiment model: `python scripts/train_sentiment.py --data ../shared/data/sentiment [--write]`.

The data are read from a folder outside the repository (waimai_10k.csv, news_seed.xlsx) and never copied into it. A fifth of the
texts, chosen by the hash of the text, is never used for training, another tenth only for the temperature.
`--own-only` trains only on the sentences written for this project. Prints the table of docs/benchmarks.md; `--write`
replaces the shipped file.
"""

import argparse
import csv
import json
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl

from dakehu.domains.care.distress.rules import find_signs, level_of
from dakehu.domains.care.readable import make_readable
from dakehu.domains.care.sentiment import rules
from dakehu.domains.care.sentiment.features import LONGEST, SIZE, features_of
from dakehu.domains.care.sentiment.model import FILE, Model, load_model

ROOT = Path(__file__).parents[1]
OWN = ROOT / "scripts/sentiment/own_sentences.tsv"
OWN_TEST = ROOT / "tests/domains/care/mood_sentences.tsv"
OWN_WEIGHT = 8.0  # weight of an industry sentence relative to one of the public sets
RAREST = 3  # minimum texts per feature: one that occurs in only one or two texts is dropped
DECAY = 2.0e-5
ROUNDS = 150  # early stopping: chosen on the temperature tenth
Rows = list[tuple[str, int]]  # (comparable text, 1 positive, 0 negative)


def read_reviews(folder: Path) -> Rows:
    """Return the reviews, each once."""
    with (folder / "waimai_10k.csv").open(encoding="utf-8", newline="") as file:
        return drop_duplicates((row["review"], int(row["label"])) for row in csv.DictReader(file))


def read_headlines(folder: Path) -> Rows:
    """Return the headlines, each once."""
    sheet = openpyxl.load_workbook(folder / "news_seed.xlsx", read_only=True).active
    return drop_duplicates((str(row[4]), int(row[3])) for row in sheet.iter_rows(min_row=2, values_only=True))


def read_own_sentences(path: Path) -> list[tuple[str, str]]:
    """Return (text, label) of sentences written for this project."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(text, label) for label, text in (line.split("\t") for line in lines)]


def drop_duplicates(rows: Any) -> Rows:
    """Return comparable texts without duplicates."""
    return list({make_readable(text).text: label for text, label in rows if text.strip()}.items())


def part_of(text: str) -> str:
    """Return "test" (a fifth), "temperature" (a tenth) or "train" by the hash of a text."""
    number = int.from_bytes(sha256(text.encode()).digest()[:4], "big") % 10
    return "test" if number < 2 else "temperature" if number == 2 else "train"


class Matrix:
    """Texts as rows of feature indexes, each row normalised to length one."""

    def __init__(self, texts: list[str], kept: np.ndarray | None = None) -> None:
        rows = [features_of(text) for text in texts]
        self.sizes = np.array([max(1, len(row)) for row in rows])
        self.columns = np.concatenate(rows)
        self.rows = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        self.values = 1 / np.sqrt(self.sizes[self.rows])
        if kept is not None:
            self.values = self.values * kept[self.columns]

    def times(self, weights: np.ndarray) -> np.ndarray:
        return np.bincount(self.rows, self.values * weights[self.columns], minlength=len(self.sizes))

    def transposed_times(self, errors: np.ndarray) -> np.ndarray:
        return np.bincount(self.columns, self.values * errors[self.rows], minlength=SIZE)


def train(texts: list[str], labels: np.ndarray, importance: np.ndarray) -> tuple[np.ndarray, float]:
    """Return weights and intercept of a logistic regression with L2 penalty, by full-batch Adam."""
    counts = Counter(place for text in texts for place in features_of(text))
    kept = np.array([counts[place] >= min(RAREST, 1 + len(texts) // 500) for place in range(SIZE)], dtype=float)
    matrix, importance = Matrix(texts, kept), importance / importance.sum()
    weights, intercept = np.zeros(SIZE), 0.0
    first, second = np.zeros(SIZE + 1), np.zeros(SIZE + 1)
    for step in range(1, ROUNDS + 1):
        errors = (1 / (1 + np.exp(-(matrix.times(weights) + intercept))) - labels) * importance
        gradient = np.append(matrix.transposed_times(errors) + DECAY * weights, errors.sum())
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        move = 0.1 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
        weights, intercept = weights - move[:-1], intercept - float(move[-1])
    return weights * kept, intercept


def set_temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the factor for scores with the maximum likelihood on unseen texts."""
    factors = np.linspace(0.2, 2.0, 91)
    losses = [np.mean(np.logaddexp(0, -factor * scores * (2 * labels - 1))) for factor in factors]
    return float(factors[int(np.argmin(losses))])


def fit(sets: dict[str, Rows], with_own: bool) -> Model:
    """Return a model of the training parts of the sets, and of the own sentences."""
    rows: list[tuple[str, int, float]] = []
    for data in sets.values():
        part = [row for row in data if part_of(row[0]) == "train"]
        # Both classes of a set have equal weight: the share of complaints among clients is unknown.
        share = Counter(label for _, label in part)
        rows += [(text, label, (len(part) / 2 / share[label]) ** 0.5) for text, label in part]
    if with_own:
        own = [(make_readable(text).text, label) for text, label in read_own_sentences(OWN)]
        rows += [(text, int(label == "positive"), OWN_WEIGHT) for text, label in own if label != "neutral"]
    labels = np.array([row[1] for row in rows], dtype=float)
    weights, intercept = train([row[0] for row in rows], labels, np.array([row[2] for row in rows]))
    held = [row for data in sets.values() for row in data if part_of(row[0]) == "temperature"]
    factor = 1.0
    if held:
        scores = Matrix([row[0] for row in held]).times(weights) + intercept
        factor = set_temperature(scores, np.array([row[1] for row in held], dtype=float))
    scale = float(np.abs(weights).max() * factor / 127)
    return Model(np.round(weights * factor / scale).astype(np.int8), scale, intercept * factor, {})


def measure(model: Model, rows: Rows) -> dict[str, Any]:
    """Return the figures of a set that was not trained on."""
    truth = np.array([label for _, label in rows])
    begun = time.perf_counter()
    p = np.array([model.probability(text) for text, _ in rows])
    spent = (time.perf_counter() - begun) / len(rows) * 1000
    labels = [
        rules.decide(text, score, level_of(find_signs(text)) is not None).label
        for (text, _), score in zip(rows, p, strict=True)
    ]
    said = np.array([{"positive": 1, "negative": 0}.get(label, -1) for label in labels])
    return {
        "texts": len(rows),
        "accuracy": float(np.mean((p > 0.5) == truth)),
        "macro_f1": macro_f1(truth, (p > 0.5).astype(int)),
        "unsure": labels.count("unsure") / len(rows),
        "neutral": labels.count("neutral") / len(rows),
        "accuracy_answered": float(np.mean(said[said >= 0] == truth[said >= 0])),
        "calibration_error": calibration(p, truth)[0],
        "ms": spent,
    }


def macro_f1(truth: np.ndarray, said: np.ndarray) -> float:
    """Return the mean F1 of both classes; -1 (no answer) is wrong for either."""
    scores = []
    for mood in (0, 1):
        hit = np.sum((said == mood) & (truth == mood))
        scores.append(2 * hit / max(1, np.sum(said == mood) + np.sum(truth == mood)))
    return float(np.mean(scores))


def calibration(p: np.ndarray, truth: np.ndarray) -> tuple[float, list[tuple[int, int, float, float]]]:
    """Return the expected calibration error and per tenth (tenth, texts, mean prediction, share positive)."""
    tenths = np.minimum((p * 10).astype(int), 9)
    lines = [
        (int(t), int(np.sum(tenths == t)), float(p[tenths == t].mean()), float(truth[tenths == t].mean()))
        for t in np.unique(tenths)
    ]
    return sum(n * abs(mean - share) for _, n, mean, share in lines) / len(p), lines


def plain(rows: Rows) -> dict[str, tuple[float, float]]:
    """Return (accuracy, macro F1) of the majority baseline and of word counting, with no answer treated as wrong."""
    truth = np.array([label for _, label in rows])
    most = np.full(len(rows), int(truth.mean() > 0.5))
    words = np.array([{"positive": 1, "negative": 0}.get(rules.baseline(text), -1) for text, _ in rows])
    # On a tie of words the majority class is used, so that the baseline is not weakened.
    words = np.where(words < 0, most, words)
    return {
        name: (float(np.mean(said == truth)), macro_f1(truth, said))
        for name, said in (("majority", most), ("words", words))
    }


def describe(with_data: bool, measured: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the metadata of the file; the response adds origin and licence in the reader's language."""
    return {
        "version": "mood-1",
        "kind": f"logistic regression, hashed n-grams of 1 to {LONGEST} characters, {SIZE} weights of one byte",
        "trained_on": [*(["waimai_10k", "news_seed"] if with_data else []), "own_sentences"],
        "measured_on_unseen": {
            name: {key: round(value, 4) for key, value in figures.items() if key != "ms"}
            for name, figures in measured.items()
        },
    }


def report(model: Model, tests: dict[str, Rows]) -> dict[str, dict[str, Any]]:
    """Print and return the figures of each set."""
    measured = {}
    for name, rows in tests.items():
        measured[name] = figures = measure(model, rows)
        print(f"{name:10}", {key: round(value, 4) for key, value in figures.items()}, plain(rows))
        p = np.array([model.probability(text) for text, _ in rows])
        for tenth, n, mean, share in calibration(p, np.array([label for _, label in rows]))[1]:
            print(f"   {tenth / 10:.1f} n={n:5} said {mean:.3f} true {share:.3f}")
    return measured


def report_own_sentences(model: Model) -> None:
    """Print the results by label on the project's own unseen sentences."""
    pairs: Counter[tuple[str, str]] = Counter()
    for original, label in read_own_sentences(OWN_TEST):
        text = make_readable(original).text
        mood = rules.decide(text, model.probability(text), level_of(find_signs(text)) is not None)
        pairs[label, mood.label] += 1
        if mood.label not in (label, "unsure"):
            print("   wrong", label, mood.label, round(mood.confidence, 3), original)
    print("own labels", dict(pairs))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--own-only", action="store_true")
    arguments.add_argument("--write", action="store_true")
    chosen = arguments.parse_args()
    sets = {"reviews": read_reviews(chosen.data), "headlines": read_headlines(chosen.data)}
    model = fit({} if chosen.own_only else sets, True)
    tests = {name: [row for row in rows if part_of(row[0]) == "test"] for name, rows in sets.items()}
    own = [(make_readable(text).text, label) for text, label in read_own_sentences(OWN_TEST)]
    tests["own"] = [(text, int(label == "positive")) for text, label in own if label in ("positive", "negative")]
    measured = report(model, tests)
    report_own_sentences(model)
    if chosen.write:
        about = json.dumps(describe(not chosen.own_only, measured), ensure_ascii=False)
        np.savez_compressed(FILE, weights=model.weights, scale=model.scale, intercept=model.intercept, about=about)
        load_model.cache_clear()
        print("written", FILE.stat().st_size, "bytes", load_model().about["version"])


if __name__ == "__main__":
    main()

"""The rule language: compilation, 42 rules over 300,000 rows, and the worst of 10,000 hostile texts.

    .venv/bin/python benchmarks/expressions.py [--rows 300000]

Invented values of the facts of the tests, one value in twenty missing. The hostile texts are those of
tests/foundation/expressions/test_fuzz.py; each text that is parsed is also evaluated over all rows. A time is the
minimum of three.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

from dakehu.foundation.expressions import ExpressionError, compile_rule  # noqa: E402
from tests.foundation.expressions.fuzz import RULES, texts  # noqa: E402
from tests.foundation.expressions.sample import FACTS, GRADES  # noqa: E402


def generate_facts(rows: int) -> pl.DataFrame:
    """Return a frame of every fact."""
    dice = np.random.default_rng(14)
    values = {
        "money": lambda: pl.Series(dice.lognormal(13, 1.5, rows)),
        "number": lambda: pl.Series(dice.poisson(3, rows).astype(float)),
        "share": lambda: pl.Series(dice.random(rows) * 2),
        "days": lambda: pl.Series(dice.integers(0, 200, rows)),
        "day": lambda: pl.Series(dice.integers(20_000, 21_000, rows)).cast(pl.Int32).cast(pl.Date),
        "choice": lambda: pl.Series(np.array([grade[0] for grade in GRADES])[dice.integers(0, len(GRADES), rows)]),
        "text": lambda: pl.Series(np.array(["上海", "北京", "深圳"])[dice.integers(0, 3, rows)]),
        "flag": lambda: pl.Series(dice.random(rows) < 0.1),
    }
    frame = pl.DataFrame({fact.name: values[fact.kind]() for fact in FACTS.values()})
    known = pl.Series(dice.random(rows) > 0.05)
    return frame.select([pl.when(known).then(pl.col(name)).alias(name) for name in frame.columns])


def least_seconds(work: Callable[[], object], times: int = 3) -> float:
    """Return the minimum seconds over several runs."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=300_000)
    rows = arguments.parse_args().rows
    frame = generate_facts(rows)

    first = least_seconds(lambda: compile_rule(RULES[0], FACTS), 1)
    each = statistics.median(least_seconds(lambda text=text: compile_rule(text, FACTS).condition) for text in RULES)
    print(f"compiling: first {first * 1e3:.1f} ms, then {each * 1e3:.2f} ms a rule ({len(RULES)} rules, median)")

    rules = [compile_rule(RULES[index % len(RULES)], FACTS).condition.alias(f"r{index}") for index in range(42)]
    together = least_seconds(lambda: frame.select(rules))
    hits = frame.select([rule.sum() for rule in rules]).sum_horizontal()[0]
    print(f"42 rules over {rows:,} rows at once: {together:.3f} s ({hits:,} hits)")

    read, slowest, heaviest = 0, (0.0, ""), (0.0, "", 0)
    for text in texts(10_000):
        seconds = least_seconds(lambda text=text: attempt(text))
        slowest = max(slowest, (seconds, text))
        checked = attempt(text)
        if checked is not None:
            read += 1
            if checked.cost > 100 or read % 20 == 0:
                over = least_seconds(lambda checked=checked: frame.select(checked.condition.alias("x")), 2)
                heaviest = max(heaviest, (over, text, checked.cost))
    print(f"10,000 hostile texts: {read:,} are rules, {10_000 - read:,} are refused")
    print(f"slowest to read or refuse: {slowest[0] * 1e3:.1f} ms ({len(slowest[1])} characters: {slowest[1][:50]!r})")
    text = "总资产"
    while attempt(f"max(总资产, {text}) > 1") is not None:
        text = f"max(总资产, {text})"
    dearest = compile_rule(f"{text} > 1", FACTS)
    over = least_seconds(lambda: frame.select(dearest.condition.alias("x")), 2)
    print(f"dearest rule that is allowed: cost {dearest.cost}, {over:.3f} s over {rows:,} rows")
    print(f"heaviest of the texts over {rows:,} rows: {heaviest[0]:.3f} s (cost {heaviest[2]}: {heaviest[1][:50]!r})")


def attempt(text: str):
    """Return the rule compiled from a text; None if it is refused."""
    try:
        return compile_rule(text, FACTS)
    except ExpressionError:
        return None


if __name__ == "__main__":
    main()

"""Back-test over time the procedure for training and enabling models: on bank calls with known outcomes, and on a desk.

    python benchmarks/behaviour_models.py BEHAVIOUR.csv.gz [--picture FILE.svg]     # needs the extra `models`
    DAKEHU_HOME=… python benchmarks/behaviour_models.py --desk                      # a desk's history, e.g. the demonstration's

The calls: rows are in chronological order without dates, so ten blocks of lines serve as periods. `duration` is known
only after a call: only the model that demonstrates leakage uses it. The five country columns encode
the time and are shown separately. Each period is tested by a model trained and calibrated on the blocks before it.
"""

import argparse
import csv
import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from dakehu.domains.insight.predictions import rules
from dakehu.domains.insight.predictions.back_test import back_test
from dakehu.domains.insight.predictions.cases import Cases

BLOCKS = 10
CONTACT = ("campaign", "pdays", "previous")
WORDS = (
    "job",
    "education",
    "default",
    "housing",
    "loan",
    "contact",
    "month",
    "day_of_week",
    "poutcome",
)  # no age, no marital status
COUNTRY = ("emp.var.rate", "cons.price.idx", "cons.conf.idx", "euribor3m", "nr.employed")
SMALL = (10, 5, 2)  # outcomes in training, calibration and test of a desk below the product's minimum sizes
SIZE, EDGE = 360, 48  # of the picture


def read_calls(path: Path) -> dict[str, np.ndarray]:
    """Return the columns of the file; a 0/1 column for each category, 999 days (never contacted) as missing."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    found: dict[str, np.ndarray] = {}
    for name in rows[0]:
        texts = [row[name] for row in rows]
        if name in WORDS:
            found |= {
                f"{name}={word}": np.array([text == word for text in texts], float) for word in sorted(set(texts))
            }
        elif name == "y":
            found[name] = np.array([text == "yes" for text in texts], float)
        elif name not in ("age", "marital"):
            found[name] = np.array(texts, float)
    found["pdays"][found["pdays"] == 999] = np.nan
    found["rule"] = np.array([2.0 * (row["poutcome"] == "success") + (row["poutcome"] == "failure") for row in rows])
    return found


def cases_of(columns: dict[str, np.ndarray], names: tuple[str, ...]) -> Cases:
    """Return each call as a case; with its block of lines as the time and its line number as the client id."""
    count = len(columns["y"])
    block = np.arange(count) * BLOCKS // count
    values = np.column_stack([columns[name] for name in names])
    return Cases(np.arange(count), block, values, columns["y"], columns["rule"])


def lines_of(title: str, report: dict[str, Any]) -> list[str]:
    """Return the rows of a table: each period, all of them, and the random split."""
    head = "| {} | cases | rate | Brier model / rule / constant | AUC model / rule | lift model / rule | slope |"
    lines = [head.format(title), "|---|---|---|---|---|---|---|"]
    named = [(f"period {place + 1}", one) for place, one in enumerate(report["periods"])]
    if report["pooled"]:
        named += [("**all periods**", report["pooled"]), ("split by chance (warning)", report["random"])]
    for name, one in named:
        lines.append(
            f"| {name} | {one['cases']:,} | {one['rate']:.3f} | {one['brier']:.4f} / {one['brier_rule']:.4f} / "
            f"{one['brier_constant']:.4f} | {_number(one['area'])} / {_number(one['area_rule'])} | {_number(one['lift'])} / "
            f"{_number(one['lift_rule'])} | {_number(one['slope'])} |"
        )
    return lines


def verdict_of(report: dict[str, Any]) -> str:
    """Return the differences with their intervals, and what prevents enabling the model."""
    pooled, failed = report["pooled"], rules.failures(report)
    if pooled is None:
        return f"off: {', '.join(failed)} ({report['cases']:,} cases, {report['events']:,} outcomes)"
    gains = [
        f"{name} {pooled[name]['size']:+.4f} [{pooled[name]['low']:+.4f}, {pooled[name]['high']:+.4f}]"
        for name in ("brier_gain", "hits_gain")
    ]
    return f"{'; '.join(gains)}; {'off: ' + ', '.join(failed) if failed else 'may be switched on'}"


def picture_of(table: list[dict[str, Any]], title: str) -> str:
    """Return the calibration chart as SVG: predicted by observed share with 95 % intervals; perfect on the diagonal."""
    end = max([row["high"] for row in table] + [row["predicted"] for row in table]) * 1.05
    inner = SIZE - 2 * EDGE

    def at(x: float, y: float) -> tuple[float, float]:
        return EDGE + x / end * inner, SIZE - EDGE - y / end * inner

    (x0, y0), (x1, y1) = at(0, 0), at(end, end)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" font-family="sans-serif" font-size="11">',
        f'<rect width="{SIZE}" height="{SIZE}" fill="#fff"/><text x="{EDGE}" y="22" font-size="12">{title}</text>',
        f'<path d="M{x0} {y1}V{y0}H{x1}" fill="none" stroke="#888"/>',
        f'<path d="M{x0} {y0}L{x1} {y1}" stroke="#bbb" stroke-dasharray="4 4"/>',
    ]
    for row in table:
        x, y = at(row["predicted"], row["observed"])
        low, high = at(0, row["low"])[1], at(0, row["high"])[1]
        parts.append(
            f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="#2563eb"/><circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#2563eb"/>'
        )
    for share in np.linspace(0, end, 5)[1:]:
        x, y = at(float(share), float(share))
        parts.append(
            f'<text x="{x - 12:.1f}" y="{SIZE - EDGE + 16}">{share:.0%}</text><text x="{EDGE - 34}" y="{y + 4:.1f}">{share:.0%}</text>'
        )
    parts.append(f'<text x="{SIZE / 2 - 40}" y="{SIZE - 10}">predicted</text><text x="6" y="36">came</text></svg>')
    return "".join(parts)


def measure_calls(path: Path, picture: Path | None) -> None:
    """Print the back-tests on the calls of the bank."""
    columns = read_calls(path)
    known = (*CONTACT, *(name for name in columns if "=" in name))
    ways = {
        "client and contact": known,
        "+ country columns": (*known, *COUNTRY),
        "+ duration (cheats)": (*known, *COUNTRY, "duration"),
    }
    for title, names in ways.items():
        report = back_test(names, cases_of(columns, names), 0, 1)
        print("\n".join(lines_of(title, report)), "\n", verdict_of(report), "\n", report["ways"], "\n")
        if picture is not None and title == "client and contact":
            picture.write_text(picture_of(report["pooled"]["table"], "Calls of a bank, by time"), encoding="utf-8")


def measure_desk() -> None:
    """Print the back-tests on a desk's own history, and the results below the product's minimum sizes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")
    import django

    django.setup()
    from dakehu.domains.insight.predictions import cases as looked_at
    from dakehu.domains.insight.predictions import sources, versions
    from dakehu.domains.insight.predictions.features import OF_KIND, QUARTER
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.calendar import trading_days

    with acting_as(system_actor("measure prediction models")):
        material = versions.read_material(trading_days.last_complete_day())
        for kind, names in OF_KIND.items():
            trained = versions.train(kind, material)
            print(f"{kind}: {verdict_of(trained.report)}")
            first = sources.day_number(material.until) - versions.LOOK_BACK + QUARTER
            if kind == "churn" and material.history.balances is not None:
                first = int(material.history.balances.day.min()) + QUARTER
            found = looked_at.past_cases(kind, material.history, material.chosen.clients, first)
            # One month for a period and no gap between training and test: not the product's procedure, just a look.
            report = (
                back_test(names, found, 0, looked_at.EVERY, SMALL) if len(found) else {"periods": [], "pooled": None}
            )
            if report["pooled"]:
                print("\n".join(lines_of(f"{kind}, months, far too small", report)))
                print(json.dumps({name: report["pooled"][name] for name in ("brier_gain", "hits_gain")}))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", nargs="?", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--desk", action="store_true")
    asked = parser.parse_args()
    if not asked.calls and not asked.desk:
        sys.exit(__doc__)
    if asked.calls:
        measure_calls(asked.calls, asked.picture)
    if asked.desk:
        measure_desk()


if __name__ == "__main__":
    main()

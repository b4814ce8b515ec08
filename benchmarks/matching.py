"""Matching compared with popularity and chance: on daily prices of the S&P 500 with simulated clients, and on one
investor's own trades.

    python benchmarks/matching.py --data DIR [--clients 300] [--length 8]

DIR contains prices_sp500_5yr and cn_trade_statement (shared/data). Prints tables in Markdown. What each table can and
cannot show is stated in docs/benchmarks.md.
"""

import argparse
import csv
import gzip
import sys
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

import matching_evaluation as evaluation  # noqa: E402

from dakehu.domains.advice.matching import rules  # noqa: E402
from dakehu.domains.ledger.products import security_codes  # noqa: E402

SEED = 20261129
MEASURES = [field.name for field in fields(evaluation.Judged)]


def read_prices(folder: Path) -> np.ndarray:
    """Return daily returns [S, T] of the tickers without gaps."""
    closes: dict[str, dict[str, float]] = {}
    with gzip.open(folder / "prices_sp500_5yr" / "all_stocks_5yr.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            closes.setdefault(row["Name"], {})[row["date"]] = float(row["close"])
    days = max(len(one) for one in closes.values())
    complete = [[one[day] for day in sorted(one)] for one in closes.values() if len(one) == days]
    prices = np.array(complete)
    return prices[:, 1:] / prices[:, :-1] - 1.0


def evaluate(returns: np.ndarray, count: int, length: int) -> dict[str, dict[str, np.ndarray]]:
    """Return {method: {measure: values over clients and start days}}."""
    found: dict[str, dict[str, list[float]]] = {}
    for turn, start in enumerate(range(evaluation.YEAR, returns.shape[1] - evaluation.YEAR + 1, evaluation.YEAR)):
        past, future = returns[:, start - evaluation.YEAR : start], returns[:, start : start + evaluation.YEAR]
        market = evaluation.market_of(past, SEED + turn)
        clients = evaluation.simulate(market, count, SEED + turn)
        methods = {
            "matching": evaluation.by_matching(market, length),
            "popularity, suitable only": evaluation.by_popularity(market, clients, length, True),
            "chance, suitable only": evaluation.by_chance(market, length, True, SEED + turn),
            "popularity": evaluation.by_popularity(market, clients, length, False),
            "chance": evaluation.by_chance(market, length, False, SEED + turn),
        }
        for name, choose in methods.items():
            for client in clients:
                judged = evaluation.evaluate_list(market, future, client, choose(client))
                for measure in MEASURES:
                    found.setdefault(name, {}).setdefault(measure, []).append(getattr(judged, measure))
    return {name: {key: np.array(values) for key, values in one.items()} for name, one in found.items()}


def show_simulated(found: dict[str, dict[str, np.ndarray]]) -> None:
    """Print the means of each method, and the paired differences between matching and the others."""
    print("| method | above the level | pair correlation | classes | volatility | drawdown | return |")
    print("|---|---|---|---|---|---|---|")
    first = next(iter(found.values()))
    print(
        f"| nothing moved | | | | {first['volatility_before'].mean():.2%} | {first['drawdown_before'].mean():.2%} "
        f"| {first['result_before'].mean():.2%} |"
    )
    for name, one in found.items():
        print(
            f"| {name} | {one['unsuitable'].mean():.1%} | {one['likeness'].mean():.3f} | {one['classes'].mean():.2f} "
            f"| {one['volatility'].mean():.2%} | {one['drawdown'].mean():.2%} | {one['result'].mean():.2%} |"
        )
    print("\n| matching minus | volatility, points | drawdown, points | return, points |\n|---|---|---|---|")
    for name in list(found)[1:]:
        cells = []
        for measure in ("volatility", "drawdown", "result"):
            mean, low, high = evaluation.interval(found["matching"][measure] - found[name][measure], SEED)
            cells.append(f"{mean * 100:+.2f} ({low * 100:+.2f} to {high * 100:+.2f})")
        print(f"| {name} | {' | '.join(cells)} |")


def read_trades(folder: Path) -> list[tuple[str, str, str, float]]:
    """Return (day, code, "buy" or "sell", amount) of the one investor, ordered by day."""
    with (folder / "cn_trade_statement" / "jiaogedan_2019_2020.csv").open(encoding="utf-8-sig") as file:
        rows = [
            (row["成交日期"], row["证券代码"], "buy" if row["买卖标志"] == "买入" else "sell", float(row["成交金额"]))
            for row in csv.DictReader(file)
        ]
    return sorted(rows, key=lambda row: row[0])


def real_occasions(folder: Path, length: int) -> dict[str, tuple[int, int]]:
    """Return {method: (hits, occasions)} at the end of each month: purchases of the next month not already held.

    The universe is every security that this investor ever traded: the file contains no others. Held is what was bought
    more often than sold so far; prices of securities are not in the file, so the part of matching that needs them is
    unavailable.
    """
    trades = read_trades(folder)
    codes = sorted({code for _, code, _, _ in trades})
    number = {code: place for place, code in enumerate(codes)}
    kinds = [_class_of(code) for code in codes]
    months = sorted({day[:6] for day, *_ in trades})
    generator = np.random.default_rng(SEED)
    listed: dict[str, list[list[int]]] = {"matching": [], "own past purchases": [], "chance": []}
    bought: list[set[int]] = []
    for month, following in pairwise(months[1:]):
        past = [row for row in trades if row[0][:6] <= month]
        net = np.zeros(len(codes))
        times = np.zeros(len(codes))
        for _, code, side, amount in past:
            net[number[code]] += amount if side == "buy" else -amount
            times[number[code]] += side == "buy"
        held = net > 0
        bought.append(
            {number[c] for d, c, s, _ in trades if d[:6] == following and s == "buy"} - set(np.flatnonzero(held))
        )
        free = np.flatnonzero(~held)
        listed["matching"].append(_list_of_matching(net, kinds, free, length))
        listed["own past purchases"].append(sorted(free.tolist(), key=lambda i: (-times[i], i))[:length])
        listed["chance"].append(generator.choice(free, length, replace=False).tolist())
    return {name: evaluation.count_hits(one, bought) for name, one in listed.items()}


def _class_of(code: str) -> str:
    """Return the asset class of a code according to the product's classes: funds have none until assigned manually."""
    kind = security_codes.security(code).kind
    return {"stock": "equity", "bond": "fixed_income", "repo": "cash"}.get(kind, "alternative")


def _list_of_matching(net: np.ndarray, kinds: list[str], free: np.ndarray, length: int) -> list[int]:
    """Return the list of matching for holdings by money paid in, against the model of level C4."""
    paid = np.maximum(net, 0)
    total = paid.sum() or 1.0
    names = ("cash", "fixed_income", "equity", "alternative")
    weights = {name: float(paid[[kind == name for kind in kinds]].sum() / total) for name in names}
    targets = {"cash": 0.1, "fixed_income": 0.2, "equity": 0.6, "alternative": 0.1}
    investor = rules.Investor(4, "", weights, targets, dict.fromkeys(names, 1.01))
    candidates = [rules.Candidate(i, 3, kinds[i], "", "allow") for i in free.tolist()]
    return [one.product for one in rules.match(investor, candidates, length).listed]


def main() -> None:
    """Read, evaluate, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--clients", type=int, default=300)
    parser.add_argument("--length", type=int, default=8)
    wanted = parser.parse_args()
    returns = read_prices(wanted.data)
    print(f"{returns.shape[0]} securities, {returns.shape[1]} days, {wanted.clients} clients a start day\n")
    show_simulated(evaluate(returns, wanted.clients, wanted.length))
    print("\n| one investor, a list each month | months in which something on it was bought next |\n|---|---|")
    for name, (count, of) in real_occasions(wanted.data, wanted.length).items():
        print(f"| {name} | {count} of {of} |")


if __name__ == "__main__":
    main()

"""FAR-Trans clients tiered by two schemes, with and without the watch before a downgrade.

    PYTHONPATH=src .venv/bin/python benchmarks/tiers_far_trans.py [FOLDER]

FOLDER is the shared data folder: far-trans/customer_information.csv (CC-BY 4.0; Sanz-Cruzado, Droukas and McCreadie,
FAR-Trans, 2024) and prices_sp500_5yr (MIT). The FAR-Trans data published here contains no holdings or transactions,
and no client's type, risk level or capacity ever differs between two of its records. Therefore the first part, over
the bank's own records at the ends of 59 months, shows the tiers without any moves; it counts the clients whose
records differ to confirm this.

The second part gives each client a portfolio that starts at the middle of the recorded capacity (in euro) and follows
one share of the S&P 500 at real closes, averaged over each month, 2013 to 2018. Clients, capacities and prices are
real; which share a client follows is drawn with a fixed seed. The rule of `dakehu.domains.tiers.rules` decides,
without a database.
"""

import csv
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from dakehu.domains.tiers import rules

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "../shared/data"
FILE = "far-trans/customer_information.csv"
PRICES = "prices_sp500_5yr/all_stocks_5yr.csv.gz"
LOWER = {
    "CAP_LT30K": 0.0,
    "CAP_LT_30K": 0.0,
    "CAP_30K_80K": 30_000.0,
    "CAP_80K_300K": 80_000.0,
    "CAP_GT300K": 300_000.0,
}
MIDDLE = {0.0: 15_000.0, 30_000.0: 55_000.0, 80_000.0: 190_000.0, 300_000.0: 450_000.0}
FIRST, LAST = date(2018, 1, 31), date(2022, 11, 30)
PREDICTED = "Predicted_"
SCHEMES = {
    "four bands (0 / 30k / 80k / 300k)": (0.0, 30_000.0, 80_000.0, 300_000.0),
    "two bands (0 / 80k)": (0.0, 80_000.0),
}
WATCH, AT_ONCE = rules.Hysteresis(3, 3), rules.Hysteresis(0, 0)
SEED = 11


def bands(bounds: tuple[float, ...]) -> list[rules.Band]:
    """Return tiers T0, T1, … from their lower bounds, with legal entities in a separate tier."""
    by_assets = [rules.Band(f"T{rank}", rank, bound) for rank, bound in enumerate(bounds)]
    return [*by_assets, rules.Band("I1", len(bounds), client_kind="institution")]


def month_ends(first: date, last: date) -> list[date]:
    """Return the ends of months from `first` to `last`, both month ends."""
    found, day = [first], first
    while day < last:
        following = (day + timedelta(days=1)).replace(day=28) + timedelta(days=4)
        day = following - timedelta(days=following.day)
        found.append(day)
    return found


def records(path: Path) -> pl.DataFrame:
    """Return [client, from, assets, kind, is_predicted] of every record with a capacity, oldest first."""
    rows, ids = [], {}
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            number = ids.setdefault(row["customerID"], len(ids))
            capacity = row["investmentCapacity"]
            amount = LOWER.get(capacity.removeprefix(PREDICTED))
            if amount is None:
                continue
            kind = "institution" if row["customerType"] == "Legal Entity" else "person"
            rows.append((number, date.fromisoformat(row["timestamp"]), amount, kind, capacity.startswith(PREDICTED)))
    schema = {"client": pl.Int64, "from": pl.Date, "assets": pl.Float64, "kind": pl.String, "is_predicted": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("client", "from", maintain_order=True)


def averages_on_record(known: pl.DataFrame, days: list[date]) -> Iterator[pl.DataFrame]:
    """Yield for each day [client, kind, average] from the newest record before it."""
    for day in days:
        newest = known.filter(pl.col("from") <= day).unique("client", keep="last", maintain_order=True)
        yield newest.select("client", "kind", pl.col("assets").alias("average"))


def averages_from_prices(known: pl.DataFrame, file: Path) -> tuple[list[date], Iterator[pl.DataFrame]]:
    """Return month ends of the prices, and for each [client, kind, average] of portfolios that follow one share each."""
    prices = pl.read_csv(file, try_parse_dates=True).select("date", "Name", "close")
    wide = prices.pivot(on="Name", index="date", values="close").sort("date")
    wide = wide.group_by_dynamic("date", every="1mo").agg(pl.exclude("date").mean())
    whole = [column for column in wide.columns[1:] if wide[column].null_count() == 0]
    growth = wide.select(pl.col(whole) / pl.col(whole).first()).to_numpy()
    clients = known.unique("client", keep="last", maintain_order=True)
    share = np.random.default_rng(SEED).integers(0, len(whole), len(clients))
    begin = clients["assets"].replace_strict(MIDDLE).to_numpy()
    ends = [month_end(day) for day in wide["date"].to_list()]

    def months() -> Iterator[pl.DataFrame]:
        for row in growth:
            yield clients.select("client", "kind").with_columns(pl.Series("average", begin * row[share]))

    return ends, months()


def month_end(day: date) -> date:
    """Return the last day of a month."""
    following = day.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)


def assign_over_months(
    months: list[pl.DataFrame], days: list[date], scheme: list[rules.Band], watch: rules.Hysteresis
) -> dict[str, object]:
    """Run the rule over all months; return the final tiers and the numbers of moves, watches and flips.

    A flip is a move reversed within twelve months.
    """
    state = pl.DataFrame(schema={"client": pl.Int64, **rules.STATE})
    moves: list[pl.DataFrame] = []
    for day, figures in zip(days, months, strict=True):
        frame = figures.join(state, on="client", how="left").with_columns(
            pl.lit("").alias("investor_class"), pl.lit(None, pl.String).alias("override")
        )
        decided = rules.decide(frame, scheme, day, watch)
        changed = decided.filter(pl.col("change").is_in(["upgraded", "downgraded", "watched", "recovered"]))
        moves.append(changed.select("client", "change", pl.lit(day).alias("on"), "code_before", "code"))
        state = decided.select("client", *rules.STATE)
    every = pl.concat(moves)
    kinds = dict(every.group_by("change").len().iter_rows())
    real = every.filter(pl.col("change").is_in(["upgraded", "downgraded"])).sort("client", "on")
    back = real.filter(
        (pl.col("client") == pl.col("client").shift(1))
        & (pl.col("code") == pl.col("code_before").shift(1))
        & (pl.col("on") <= pl.col("on").shift(1).dt.offset_by("12mo"))
    )
    tiers = dict(state.drop_nulls("code").group_by("code").len().sort("code").iter_rows())
    return {
        "tiers": tiers,
        "up": kinds.get("upgraded", 0),
        "down": kinds.get("downgraded", 0),
        "watched": kinds.get("watched", 0),
        "recovered": kinds.get("recovered", 0),
        "flips": len(back),
    }


def report(title: str, months: list[pl.DataFrame], days: list[date]) -> None:
    """Print both schemes with and without the watch."""
    print(f"\n{title}: {len(days)} month ends, {days[0]} to {days[-1]}; {months[-1].height} clients at the end")
    for name, bounds in SCHEMES.items():
        for label, watch in (("with watch 3 + 3 months", WATCH), ("at once both ways", AT_ONCE)):
            begun = time.perf_counter()
            found = assign_over_months(months, days, bands(bounds), watch)
            seconds = time.perf_counter() - begun
            print(f"{name}, {label}: {found['tiers']}")
            print(
                f"  up {found['up']}, down {found['down']}, under watch {found['watched']}, watch ended {found['recovered']}, "
                f"taken back within a year {found['flips']}; {seconds:.1f} s"
            )


def main(folder: Path) -> None:
    file, prices = folder / FILE, folder / PRICES
    if not file.exists() or not prices.exists():
        print(f"{folder} lacks {FILE} or {PRICES}: nothing measured")
        return
    known = records(file)
    differ = known.group_by("client").agg(pl.col("assets").n_unique().alias("n")).filter(pl.col("n") > 1)
    print(
        f"{known.height} records of {known['client'].n_unique()} clients, {known['is_predicted'].sum()} predicted by the bank; "
        f"{differ.height} clients whose records differ in capacity"
    )
    days = month_ends(FIRST, LAST)
    report("Capacity on record", list(averages_on_record(known, days)), days)
    ends, months = averages_from_prices(known, prices)
    report("Portfolios that follow real prices", list(months), ends)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)

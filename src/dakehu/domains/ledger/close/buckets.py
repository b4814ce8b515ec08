"""Compute one bucket of the journal at a time: survey what it needs, then write its figures and holdings.

A close has a folder shared by all workers. The desk writes there what all buckets share (`Plan`, later `Market`); a
worker reads one bucket of the journal and writes to the same folder, so memory scales with the bucket, not all trades.
Does not import Django's models, so that a worker needs no settings.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dakehu.analytics import kernel, month_ends
from dakehu.domains.ledger.close import book as close_book
from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close import replay, trade_arrays
from dakehu.domains.ledger.close.trade_arrays import VALUE_COLUMNS, Trades
from dakehu.domains.ledger.trades import journal
from dakehu.domains.ledger.trades.owners import IDENTITY, NEEDED, Owners, to_numpy

SURVEY, FIGURES = "survey", "figures"  # the two steps of a close
PLAN, REGISTER, MARKET, PRICES, RATES = "plan.json", "register.npz", "market.npz", "prices.npy", "rates.npy"

# Performs a step (folder, step, buckets) and reports the number of buckets done so far.
Engine = Callable[[Path, str, list[str], Callable[[int], None]], None]


class DamagedBucket(Exception):
    """A bucket's file is missing or is not the one that was written."""


@dataclass(frozen=True)
class Plan:
    """Inputs of a close: the day, the buckets {name: SHA-256, "" if unknown} by client, and whose trades apply.

    journal: folder of the buckets. owners: the registered batches. restricted and merged: int64, ascending; ids of clients
    for whom nothing is computed, and of those into whom others were merged. classes: {product id: asset class}.
    """

    day: date
    journal: Path
    buckets: dict[str, str]
    owners: Owners
    restricted: np.ndarray
    merged: np.ndarray
    classes: dict[int, int]


@dataclass(frozen=True)
class Market:
    """What all buckets share once they are surveyed. A securities, D days.

    assets: int64 [A], product ids ascending. days: int32 [D], days since 1970-01-01, ascending. prices: float64 [A, D],
    in the firm's currency, NaN where unknown. rates: float64 [A, D], value of one unit of each security's currency. market: float64 [D],
    levels of the benchmark.
    """

    assets: np.ndarray
    days: np.ndarray
    prices: np.ndarray
    rates: np.ndarray
    market: np.ndarray


@dataclass(frozen=True)
class Survey:
    """What a bucket needs and contains. days: int32 and assets: int64 (product ids), traded. held, holders: int64,
    product ids held at the end, and how many clients hold each. moved: rows whose client is now in another bucket.
    """

    clients: int
    trades: int
    moved: int
    days: np.ndarray
    assets: np.ndarray
    held: np.ndarray
    holders: np.ndarray


def write_plan(folder: Path, plan: Plan) -> None:
    """Write the data that workers need before they read a bucket."""
    _save(
        folder / REGISTER,
        number=plan.owners.number,
        owner=plan.owners.owner,
        restricted=plan.restricted,
        merged=plan.merged,
        products=np.array(list(plan.classes), np.int64),
        classes=np.array(list(plan.classes.values()), np.int8),
    )
    text = {"day": plan.day.isoformat(), "journal": str(plan.journal), "buckets": plan.buckets}
    part = folder / f"{uuid.uuid4().hex}.part"
    part.write_text(json.dumps(text))
    part.replace(folder / PLAN)
    _read_plan.cache_clear()


def write_market(folder: Path, market: Market) -> None:
    """Write prices, rates and calendar once for all workers."""
    for name, array in ((PRICES, market.prices), (RATES, market.rates)):
        part = folder / f"{uuid.uuid4().hex}.part"
        with part.open("wb") as stream:
            np.save(stream, array)
        part.replace(folder / name)
    _save(folder / MARKET, assets=market.assets, days=market.days, market=market.market)
    _read_market.cache_clear()


def figures_path(folder: Path, bucket: str) -> Path:
    """Return the file of a bucket's figures."""
    return folder / f"{bucket}.parquet"


def holdings_path(folder: Path, bucket: str) -> Path:
    """Return the file of what the clients of a bucket hold at the close."""
    return folder / f"{bucket}-holdings.parquet"


def output_path(folder: Path, step: str, bucket: str) -> Path:
    """Return the file that a step writes last: if it exists, the bucket is done."""
    return _survey_path(folder, bucket) if step == SURVEY else figures_path(folder, bucket)


def perform_step(folder: Path, step: str, bucket: str) -> None:
    """Perform a step of the close on one bucket, on one core. Raises DamagedBucket."""
    if step == SURVEY:
        _survey(folder, bucket)
    else:
        _compute(folder, bucket)


def read_survey(folder: Path, bucket: str) -> Survey:
    """Return what a bucket reported."""
    with np.load(_survey_path(folder, bucket)) as stored:
        clients, trades, moved = stored["counts"].tolist()
        return Survey(clients, trades, moved, *(stored[name] for name in ("days", "assets", "held", "holders")))


def _survey(folder: Path, bucket: str) -> None:
    """Check a bucket's file and report what its trades need."""
    plan = _read_plan(folder)
    path, wanted = plan.journal / f"{bucket}.parquet", plan.buckets[bucket]
    if not path.is_file() or (wanted and journal.sha256_of(path) != wanted):
        raise DamagedBucket(bucket)
    trades, moved = _trades(plan, bucket)
    held = close_book.closing_positions(trades.offsets, trades.asset, trades.quantity)
    _save(
        _survey_path(folder, bucket),
        counts=np.array([len(trades.clients), len(trades.asset), moved], np.int64),
        days=np.unique(trades.day),
        assets=trades.assets,
        held=trades.assets[held.index],
        holders=held.holders,
    )


def _compute(folder: Path, bucket: str) -> None:
    """Write the holdings and the figures of a bucket's clients."""
    plan, shared = _read_plan(folder), _read_market(folder)
    trades, _ = _trades(plan, bucket)
    place = np.searchsorted(shared.assets, trades.assets).astype(np.int32)
    kind = np.array([plan.classes.get(product, trade_arrays.OTHER) for product in shared.assets.tolist()], np.int8)
    book = close_book.assemble(
        offsets=trades.offsets,
        asset=place[trades.asset],
        day=trades.day,
        quantity=trades.quantity,
        amount=trades.amount,
        fee=trades.fee,
        kind=kind,
        prices=shared.prices,
        days=shared.days,
        rates=shared.rates,
        market=shared.market,
    )
    held = replay.replay_book(trades.clients, shared.assets, book).on(plan.day)
    journal.write(holdings_path(folder, bucket), held.to_arrow())
    figures = kernel.compute(book, threads=1)
    close_chunks.write(figures_path(folder, bucket), trades.clients, figures, month_ends.compute(book))


def _trades(plan: Plan, bucket: str) -> tuple[Trades, int]:
    """Return (the trades of a bucket that apply, rows that belong to a client of another bucket)."""
    columns = [*NEEDED, *VALUE_COLUMNS, *(IDENTITY if len(plan.merged) else ())]
    table = journal.read([plan.journal / f"{bucket}.parquet"], columns)
    client = to_numpy(table["client"])
    owner, live = plan.owners.resolve_owners(client, to_numpy(table["batch"]))
    if not live.all():
        table = table.filter(pa.array(live))
    if len(plan.merged):
        table = plan.owners.without_duplicates(table, plan.merged)
    if len(plan.restricted):
        table = table.filter(pc.invert(pc.is_in(table["client"], pa.array(plan.restricted))))
    return trade_arrays.group_by_client(table, plan.classes, plan.day), int((owner != client).sum())


@lru_cache(maxsize=1)
def _read_plan(folder: Path) -> Plan:
    """Return the plan, read once by each worker; the folder is named after the inputs' digest."""
    text = json.loads((folder / PLAN).read_text())
    with np.load(folder / REGISTER) as stored:
        classes = dict(zip(stored["products"].tolist(), stored["classes"].tolist(), strict=True))
        return Plan(
            day=date.fromisoformat(text["day"]),
            journal=Path(text["journal"]),
            buckets=text["buckets"],
            owners=Owners(stored["number"], stored["owner"]),
            restricted=stored["restricted"],
            merged=stored["merged"],
            classes=classes,
        )


@lru_cache(maxsize=1)
def _read_market(folder: Path) -> Market:
    """Return prices and calendar, mapped: the workers of a machine share the pages."""
    # Copy-on-write, so that the kernel gets writable arrays and is not compiled a second time.
    prices, rates = (np.asarray(np.load(folder / name, mmap_mode="c")) for name in (PRICES, RATES))
    with np.load(folder / MARKET) as stored:
        return Market(stored["assets"], stored["days"], prices, rates, stored["market"])


def _survey_path(folder: Path, bucket: str) -> Path:
    """Return the file of what a bucket reported."""
    return folder / f"{bucket}-survey.npz"


def _save(path: Path, **arrays: np.ndarray) -> None:
    """Write arrays atomically, even when two workers write the same file."""
    part = path.with_name(f"{uuid.uuid4().hex}.part")
    with part.open("wb") as stream:
        np.savez(stream, **arrays)
    part.replace(path)

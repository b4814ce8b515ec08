"""The list of a shock, stored as one file a day next to the journal: scores and callers. Derived data."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import polars as pl
from django.conf import settings

from dakehu.domains.ledger.trades import journal

KEPT = 20  # files of the newest shocks that are kept
ABOUT = b"shock"  # key of the file's metadata


@dataclass(frozen=True)
class Shock:
    """A fall of the market: the day, the index, over how many trading days, its return (-0.03 is a fall of 3 %).

    `seed` is that of the random order of clients of equal priority.
    """

    day: date
    index: str
    days: int
    change: float
    seed: str = ""


def _folder() -> Path:
    """Return the folder of the lists."""
    folder = Path(settings.DAKEHU_HOME) / "shocks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def path_of(day: date) -> Path:
    """Return the file of a day."""
    return _folder() / f"{day.isoformat()}.parquet"


def write(shock: Shock, rows: pl.DataFrame) -> None:
    """Store the list of a day, and delete the oldest ones."""
    table = rows.to_arrow()
    about = json.dumps({**asdict(shock), "day": shock.day.isoformat()}).encode()
    journal.write(path_of(shock.day), table.replace_schema_metadata({ABOUT: about}))
    for old in sorted(_folder().glob("*.parquet"))[:-KEPT]:
        old.unlink()


def delete(day: date) -> None:
    """Delete the list of a day that is no shock by current data."""
    path_of(day).unlink(missing_ok=True)


def days() -> list[date]:
    """Return the days with a stored list, oldest first."""
    return sorted(date.fromisoformat(path.stem) for path in _folder().glob("*.parquet"))


def find(day: date) -> Shock | None:
    """Return the shock of a day, None without a stored list."""
    import pyarrow.parquet as pq

    path = path_of(day)
    if not path.is_file():
        return None
    about = json.loads(pq.read_schema(path).metadata[ABOUT])
    return Shock(
        date.fromisoformat(about["day"]), about["index"], about["days"], about["change"], about.get("seed", "")
    )


def rows(day: date) -> pl.LazyFrame:
    """Return the list of a day as a lazy frame."""
    return pl.scan_parquet(path_of(day))

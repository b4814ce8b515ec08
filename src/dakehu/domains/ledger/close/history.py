"""Name the files that a close keeps: the figures of its day, and what was held."""

from pathlib import Path

from django.conf import settings


def path_of(name: str) -> Path:
    """Return the path of a close's history file."""
    folder = Path(settings.DAKEHU_HOME) / "close"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{name}.parquet"


def holdings_path_of(name: str) -> Path:
    """Return the path of the holdings that belong to a history file of this name."""
    return path_of(f"{name}-holdings")

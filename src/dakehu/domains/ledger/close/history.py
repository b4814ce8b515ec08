"""Name the files that a close stores: the figures and the holdings of its day."""

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

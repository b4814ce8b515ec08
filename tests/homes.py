"""A data directory for one test, for files stored outside the database."""

import shutil
from pathlib import Path
from typing import Any


def own_home(settings: Any, path: Path) -> Path:
    """Make `path` the desk's data directory, with the keys whose fingerprints are stored in the database."""
    keys = Path(settings.DAKEHU_HOME) / "keys"
    path.mkdir()
    if keys.exists():
        shutil.copytree(keys, path / "keys")
    settings.DAKEHU_HOME = path
    return path

"""A data directory of one test, for what is kept outside the database."""

import shutil
from pathlib import Path
from typing import Any


def own_home(settings: Any, path: Path) -> Path:
    """Let the desk keep its files in `path`, with the keys that the database holds the fingerprints of."""
    keys = Path(settings.DAKEHU_HOME) / "keys"
    path.mkdir()
    if keys.exists():
        shutil.copytree(keys, path / "keys")
    settings.DAKEHU_HOME = path
    return path

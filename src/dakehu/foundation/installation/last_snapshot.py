"""The file whose modification time is the time of the desk's last snapshot."""

from pathlib import Path

from django.conf import settings


def last_snapshot() -> Path:
    """Return its path; the file is missing before the first snapshot."""
    return Path(settings.DAKEHU_HOME) / "run" / "last-snapshot"

"""The file whose time says when the last snapshot of this desk was written."""

from pathlib import Path

from django.conf import settings


def last_snapshot() -> Path:
    """Return its path; it is missing where there has been none."""
    return Path(settings.DAKEHU_HOME) / "run" / "last-snapshot"

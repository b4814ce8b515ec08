"""The list of erased clients, outside the database, so that erasures are repeated after restoring an older backup.

It has one keyed digest per client, of the id and the time of entry, and no personal data. It is part of every backup,
and a restore merges the lists.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from dakehu.foundation.access import keys
from dakehu.foundation.base import pending_restore

FILE = pending_restore.ERASED


def path() -> Path:
    return Path(settings.DAKEHU_HOME) / FILE


def digest_of(number: int, created_at: datetime) -> str:
    """Return the digest of a client. It includes the time of entry, as an id may be reused after a restore."""
    text = f"erased-client:{number}:{created_at.timestamp():.6f}"
    return hmac.new(keys.key("index"), text.encode(), hashlib.sha256).hexdigest()


def read() -> set[str]:
    """Return the digests of all erased clients."""
    try:
        return set(path().read_text().split())
    except FileNotFoundError:
        return set()


def add(digests: Iterable[str]) -> None:
    """Add clients to the list, before their erasure commits: one added in vain is erased at the next run."""
    listed = read() | set(digests)
    keys.write_private(path(), "".join(f"{one}\n" for one in sorted(listed)).encode())

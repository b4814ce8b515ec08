"""The list of erased clients, outside the database: so that a backup from before is brought in line after its restore.

It holds one keyed digest a client, of the number and the moment of entry, and nothing of the person. It is part of every
backup, and a restore adds the lists up.
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
    """Return the digest of a client. The moment of entry is part of it: a number may be given again after a restore."""
    text = f"erased-client:{number}:{created_at.timestamp():.6f}"
    return hmac.new(keys.key("index"), text.encode(), hashlib.sha256).hexdigest()


def read() -> set[str]:
    """Return the digests of all erased clients."""
    try:
        return set(path().read_text().split())
    except FileNotFoundError:
        return set()


def add(digests: Iterable[str]) -> None:
    """Put clients on the list, before their erasure commits: one too many is erased at the next run anyway."""
    listed = read() | set(digests)
    keys.write_private(path(), "".join(f"{one}\n" for one in sorted(listed)).encode())

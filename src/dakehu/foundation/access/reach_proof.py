"""The proof that a reach in PostgreSQL was set by the desk: a keyed digest under a secret that the application's role
cannot read. A client that can only send SQL under that role may set the reach but cannot prove it.
"""

import hashlib
import hmac

from dakehu.foundation.access import keys


def secret() -> bytes:
    """Return the secret, derived from the audit key. Migrations store it where only the owner's functions can read
    it."""
    return hmac.digest(keys.key("audit"), b"dakehu.reach", "sha256")


def has_secret() -> bool:
    """Return whether there is a secret: not before the first migration of a new desk, whose database is queried before
    keys exist. For a desk that has lost some keys it is True, and `secret` raises; a process that has read them keeps
    them."""
    return keys.has_read_any() or any((keys.folder() / name).exists() for name in keys.FILES)


def proof(backend_pid: int, reach: str, covers: str, user: str) -> str:
    """Return the proof for one session of the database; it is invalid in any other session."""
    report = "\n".join((str(backend_pid), reach, covers, user)).encode()
    shared = secret()
    return hashlib.sha256(shared + hashlib.sha256(shared + report).digest()).hexdigest()

"""The proof that a reach set in PostgreSQL was set by the desk: a digest over it under a secret that the application's role
cannot read. Who can only send SQL under that role may set the reach and cannot prove it.
"""

import hashlib
import hmac

from dakehu.foundation.access import keys


def secret() -> bytes:
    """The secret, which follows from the audit key. Migrations put it where only functions of the owner read it."""
    return hmac.digest(keys.key("audit"), b"dakehu.reach", "sha256")


def has_secret() -> bool:
    """Whether there is a secret: not before the first migration of a new desk, whose database is asked before it has keys.
    A desk that has lost some of its keys has one, and is told so by `secret`; a process that has read them keeps them."""
    return keys.has_read_any() or any((keys.folder() / name).exists() for name in keys.FILES)


def proof(backend_pid: int, reach: str, covers: str, user: str) -> str:
    """Return the proof for one session of the database; at another session it proves nothing."""
    report = "\n".join((str(backend_pid), reach, covers, user)).encode()
    shared = secret()
    return hashlib.sha256(shared + hashlib.sha256(shared + report).digest()).hexdigest()

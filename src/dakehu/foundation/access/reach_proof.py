"""The proof that a reach told to PostgreSQL was told by the desk: a digest over it under a secret that the application's role
cannot read. Who can only send SQL under that role may set the reach and cannot prove it.
"""

import hashlib
import hmac

from dakehu.foundation.access import keys


def secret() -> bytes:
    """The secret, which follows from the audit key. Migrations put it where only functions of the owner read it."""
    return hmac.digest(keys.key("audit"), b"dakehu.reach", "sha256")


def proof(backend_pid: int, reach: str, covers: str, user: str) -> str:
    """Return the proof for one session of the database; at another session it proves nothing."""
    told = "\n".join((str(backend_pid), reach, covers, user)).encode()
    shared = secret()
    return hashlib.sha256(shared + hashlib.sha256(shared + told).digest()).hexdigest()

"""The rights of a file's recipient, and the clients visible under them."""

import hashlib

from dakehu.foundation.access.actor import current_actor


def rights_now() -> str:
    """Return a digest of the actor's role, permissions, reach and clearance."""
    actor = current_actor()
    parts = (actor.user_id, actor.role, sorted(actor.permissions), str(actor.reach), actor.covers, int(actor.clearance))
    return hashlib.sha256(repr(parts).encode()).hexdigest()

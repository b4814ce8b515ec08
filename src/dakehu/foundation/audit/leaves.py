"""The leaf of an audit entry in the Merkle tree of its seal: the sealed content, the body as a salted digest."""

from typing import Any

from dakehu.foundation.audit import merkle, signature


def plain_columns(entry: Any) -> list[Any]:
    """Return the columns of an entry included in its leaf, besides its body."""
    return [
        entry.pk,
        entry.at.isoformat(),
        entry.actor_ref,
        entry.actor_name,
        entry.door,
        entry.action,
        entry.reason,
        entry.request_id,
        entry.client_ref,
    ]


def leaf_of(entry: Any) -> str:
    """Return the leaf of an entry."""
    return merkle.leaf([*plain_columns(entry), merkle.body_digest(signature.salt_of_entry(entry.pk), entry.body)])

"""Prove that an audit entry is under a seal without disclosing the others: a Merkle tree over SHA-256. Pure.

The verifier in an evidence pack implements the same independently, with Python's standard library only.
"""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Return a plain value as canonical JSON text for digests."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def body_digest(salt: str, body: str) -> str:
    """Return the digest of an entry's body; without the salt the body cannot be found by guessing."""
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()


def leaf(fields: list[Any]) -> str:
    """Return the leaf of an entry: from its plain columns in order and the digest of its body."""
    return hashlib.sha256(b"\0" + canonical(fields)).hexdigest()


def _node(left: str, right: str) -> str:
    return hashlib.sha256(b"\1" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def _parent_level(level: list[str]) -> list[str]:
    """Return the next level of the tree; the last of an odd number moves up unchanged."""
    pairs = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*pairs, *level[len(pairs) * 2 :]]


def root(leaves: list[str]) -> str:
    """Return the root over at least one leaf."""
    level = leaves
    while len(level) > 1:
        level = _parent_level(level)
    return level[0]


def path(leaves: list[str], place: int) -> list[str]:
    """Return the proof path from the leaf at a position to the root: digests, each with its side (L or R)."""
    steps, level = [], leaves
    while len(level) > 1:
        other = place ^ 1
        if other < len(level):
            steps.append(("L" if other < place else "R") + level[other])
        level, place = _parent_level(level), place // 2
    return steps

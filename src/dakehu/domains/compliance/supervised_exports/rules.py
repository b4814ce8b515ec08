"""Decide whether an export may be made: few clients, or exactly what was approved and less. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

VALID = timedelta(days=7)  # for which an approval may be used; house default


@dataclass(frozen=True)
class Permit:
    """An approved request: all clients of the requester, of whom there were `count`, or the clients named by `ids`."""

    is_whole: bool
    count: int
    ids: frozenset[int]
    decided_at: datetime


def needs_permit(count: int, threshold: int) -> bool:
    """Return whether an export of so many clients waits for a second person; a threshold of 0 switches that off."""
    return threshold > 0 and count > threshold


def covers(permit: Permit, ids: Iterable[int], is_whole: bool, now: datetime) -> bool:
    """Return whether an approval covers an export: not too old, and no client more than was approved."""
    if now - permit.decided_at > VALID:
        return False
    wanted = set(ids)
    if permit.is_whole:
        return is_whole and len(wanted) <= permit.count
    return not is_whole and wanted <= permit.ids


def digest(requester: int, is_whole: bool, count: int, ids: Iterable[int]) -> str:
    """Return the digest of a request, by which its approval holds."""
    text = f"{requester} {is_whole} {count} {','.join(map(str, sorted(ids)))}"
    return hashlib.sha256(text.encode()).hexdigest()

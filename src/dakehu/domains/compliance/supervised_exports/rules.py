"""Decide whether an export may be made: few clients, or no more than was approved. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

VALID = timedelta(days=7)  # validity of an approval of one export; house default
STANDING = timedelta(days=90)  # how long a way stays open, at most the life of a token; house default
WORKBOOK = "workbook"  # the way of requests of earlier versions


@dataclass(frozen=True)
class Permit:
    """An approved request: all clients of the requester, of whom there were `count`, or the clients named by `ids`.

    `is_standing`: for a way that stays open, not for one export.
    """

    is_whole: bool
    count: int
    ids: frozenset[int]
    decided_at: datetime
    is_standing: bool = False


def export_threshold(clients: int, personal: int, sees_personal: bool) -> int:
    """Return the largest number of clients exported without a second person: the lower of both settings if personal
    values are unmasked. A setting of 0 is switched off; 0 if nothing is supervised."""
    stated = [clients, personal] if sees_personal else [clients]
    return min((one for one in stated if one > 0), default=0)


def needs_permit(count: int, most: int) -> bool:
    """Return whether an export of `count` clients needs a second person; a threshold of 0 switches that off."""
    return most > 0 and count > most


def is_covered_by(permit: Permit, ids: Iterable[int], is_whole: bool, now: datetime) -> bool:
    """Return whether an approval covers an export: not expired, and no more clients than approved."""
    if permit.is_standing or now - permit.decided_at > VALID:
        return False
    wanted = set(ids)
    if permit.is_whole:
        return is_whole and len(wanted) <= permit.count
    return not is_whole and wanted <= permit.ids


def covers_reading(permit: Permit, count: int, now: datetime) -> bool:
    """Return whether an approval covers a reading of `count` clients by a way that stays open.

    A client book may grow by a fifth before a new approval is required.
    """
    return permit.is_standing and now - permit.decided_at <= STANDING and count <= permit.count + permit.count // 5


def digest(requester: int, is_whole: bool, count: int, ids: Iterable[int], way: str = WORKBOOK) -> str:
    """Return the digest of a request, to which its approval is bound."""
    text = f"{requester} {is_whole} {count} {','.join(map(str, sorted(ids)))}"
    text = text if way == WORKBOOK else f"{text} {way}"
    return hashlib.sha256(text.encode()).hexdigest()

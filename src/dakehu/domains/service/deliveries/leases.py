"""Leases of deliveries: the worker that hands one over now, and whether it is alive."""

import os
import socket
from datetime import datetime, timedelta

import psutil

LEASE = timedelta(minutes=10)  # longer than the slowest handing-over of one message


def is_lost(leased_by: str, leased_until: datetime | None, now: datetime, me: str) -> bool:
    """Return whether a lease is dead: its worker no longer runs, or has had the delivery for too long.

    A worker's own name on a delivery that it is not sending now is left over from a crash.
    """
    if not leased_by or leased_until is None or leased_until < now or leased_by == me:
        return True
    host, _, rest = leased_by.rpartition("-")[0].rpartition("-")
    return host == socket.gethostname()[:30] and rest.isdigit() and not _is_running(int(rest))


def _is_running(pid: int) -> bool:
    if pid == os.getpid():
        return True
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False

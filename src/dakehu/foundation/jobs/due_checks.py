"""Checks run by the worker once a minute: each starts jobs where something is due."""

import logging
from collections.abc import Callable

log = logging.getLogger("dakehu.jobs")
DueCheck = Callable[[], object]
_checks: dict[str, DueCheck] = {}


def declare_due_check(name: str, check: DueCheck) -> None:
    """Register a check that the worker runs once a minute as the system: quick, and only queueing jobs."""
    _checks[name] = check


def run_due_checks() -> None:
    """Run every check in order of name; a failing one is logged and does not prevent the others."""
    for name, check in sorted(_checks.items()):
        try:
            check()
        except Exception:
            log.exception("the check of %s failed", name)

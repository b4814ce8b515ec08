"""What the worker looks after once a minute: each check starts jobs where something is due."""

import logging
from collections.abc import Callable

log = logging.getLogger("dakehu.jobs")
DueCheck = Callable[[], object]
_checks: dict[str, DueCheck] = {}


def declare_due_check(name: str, check: DueCheck) -> None:
    """Register a check that the worker makes once a minute as the desk itself: quick, and without work of its own."""
    _checks[name] = check


def run_due_checks() -> None:
    """Make every check, in the order of their names; one that fails is logged and keeps no other from its turn."""
    for name, check in sorted(_checks.items()):
        try:
            check()
        except Exception:
            log.exception("the check of %s failed", name)

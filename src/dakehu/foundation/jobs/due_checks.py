"""What the worker looks after once a minute: each check starts jobs where something is due."""

from collections.abc import Callable

DueCheck = Callable[[], object]
_checks: dict[str, DueCheck] = {}


def declare_due_check(name: str, check: DueCheck) -> None:
    """Register a check that the worker makes once a minute as the desk itself: quick, and without work of its own."""
    _checks[name] = check


def run_due_checks() -> None:
    """Make every check, in the order of their names."""
    for _, check in sorted(_checks.items()):
        check()

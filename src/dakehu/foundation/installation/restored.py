"""Steps that a restored desk requires before use: declared by the domains, run by the restore."""

from collections.abc import Callable

from dakehu.foundation.access.actor import acting_as, system_actor

_steps: list[Callable[[], object]] = []


def after_restore(step: Callable[[], object]) -> None:
    """Register a step run, as the system, on a restored database before the restore ends."""
    if step not in _steps:
        _steps.append(step)


def bring_in_line() -> None:
    """Run the registered steps. They may run twice."""
    with acting_as(system_actor("bring a restored backup in line", "cli")):
        for step in _steps:
            step()

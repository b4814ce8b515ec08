"""What a restored desk needs before anybody may use it: declared by the domains, done by the restore."""

from collections.abc import Callable

from dakehu.foundation.access.actor import acting_as, system_actor

_steps: list[Callable[[], object]] = []


def after_restore(step: Callable[[], object]) -> None:
    """Register what is done, as the system, on a database that comes from a backup, before the restore ends."""
    if step not in _steps:
        _steps.append(step)


def bring_in_line() -> None:
    """Do what is registered. It may be done twice."""
    with acting_as(system_actor("bring a restored backup in line", "cli")):
        for step in _steps:
            step()

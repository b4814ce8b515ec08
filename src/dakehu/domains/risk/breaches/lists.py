"""Filters of lists of breaches and standings in addition to their columns."""

from typing import Any

from django.db.models import Q


def served_by(rows: Any, value: Any) -> Any:
    """Return the rows of clients whose main manager is a user."""
    return rows.filter(
        client__coverage__user_id=int(value), client__coverage__until=None, client__coverage__role="main"
    )


def still_open(rows: Any, value: Any) -> Any:
    """Return the breaches whose state has not cleared, or the cleared ones."""
    return rows.filter(cleared_on__isnull=str(value).lower() in ("1", "true", "yes"))


def filter_unacknowledged(rows: Any, value: Any) -> Any:
    """Return the open breaches that are not acknowledged."""
    is_waiting = Q(cleared_on=None, acknowledged_at=None)
    return rows.filter(is_waiting if str(value).lower() in ("1", "true", "yes") else ~is_waiting)


def filter_beyond(rows: Any, value: Any) -> Any:
    """Return the measures beyond their limit, or those that are only near it."""
    return rows.exclude(severity="near") if str(value).lower() in ("1", "true", "yes") else rows.filter(severity="near")


OF_BREACHES = {"manager": served_by, "is_open": still_open, "is_waiting": filter_unacknowledged}
OF_STANDINGS = {"manager": served_by, "is_beyond": filter_beyond}

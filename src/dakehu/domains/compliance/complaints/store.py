"""Complaint data for other domains: open cases, clients who complain, the settings of deadlines."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from dakehu.domains.compliance.choices import ComplaintState
from dakehu.domains.compliance.complaints.rules import Deadlines
from dakehu.domains.compliance.models import Complaint, ComplaintSettings


def settings() -> ComplaintSettings:
    """Return the stored settings, or an unsaved row of defaults."""
    found: ComplaintSettings | None = ComplaintSettings.objects.first()
    return found or ComplaintSettings()


def deadlines() -> Deadlines:
    """Return the deadlines of the settings."""
    row = settings()
    return Deadlines(row.acknowledge_days, row.accept_days, row.reply_days, row.extension_days, row.outer_days)


def open_cases(on: date | None = None) -> Any:
    """Return the visible cases of clients that are open now, or were at the close of a day."""
    rows = Complaint.objects.filter(client__isnull=False)
    if on is None:
        return rows.exclude(state=ComplaintState.CLOSED.value)
    return rows.filter(Q(closed_on=None) | Q(closed_on__gt=on), received_on__lte=on)


def open_cases_for_staff(on: date | None = None) -> Any:
    """Return open cases that name no member of staff: those that may be shown to the person who serves the client."""
    return open_cases(on).filter(about_staff=None)


def complaining_clients(clients: Iterable[int]) -> tuple[set[int], set[int]]:
    """Return (clients with an open case that staff may know of, clients with one about a member of staff only).

    To ignore the actor's scope, call it elevated. Neither group may receive marketing.
    """
    rows = open_cases().filter(client_id__among=list(clients)).values_list("client_id", "about_staff_id")
    known, hidden = set(), set()
    for client, about in rows:
        (known if about is None else hidden).add(client)
    return known, hidden - known

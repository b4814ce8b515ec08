"""Data for the demonstration's moments in addition to workbook, trades and daily data, and the moments of the last days."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.service.moments import nightly
from dakehu.domains.service.moments import queries as moments
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import perform

EVALUATED = 5  # trading days whose moments exist when the demonstration opens
WORKED = {"M06": "reached", "M10": "out_spending", "M14": "explained", "M25": "notice_sent", "M36": "kept"}
ID_DAYS = (80, 25, 5, -40)  # from today until identity documents expire
CLASS_AGES = (345, 200, 380)  # days since the evidence of a professional class was checked


def describe_clients(today: date) -> None:
    """Give some clients of the present actor documents that expire, professional classes, and a new beneficial owner."""
    people = [
        row.code for row in clients.clients().filter(kind="person").order_by("-code")[: len(ID_DAYS) + len(CLASS_AGES)]
    ]
    for code, days in zip(people, ID_DAYS, strict=False):
        perform("clients.change", {"client": code, "id_expires_on": today + timedelta(days=days)})
    for code, days in zip(people[len(ID_DAYS) :], CLASS_AGES, strict=False):
        proven = {"investor_class": "B", "class_proven_on": today - timedelta(days=days)}
        perform("clients.change", {"client": code, **proven})
    for firm in clients.clients().filter(kind="institution").order_by("-code")[:1]:
        for owner in ("甲（演示）", "乙（演示）"):
            perform("clients.change", {"client": firm.code, "beneficial_owner": owner})


def evaluate_days(today: date, acting: Callable[[str], AbstractContextManager[Any]], managers: tuple[str, ...]) -> None:
    """Evaluate the moments of the last trading days, and let some managers process a few of them.

    acting(username) → a context that acts as that manager.
    """
    days = trading_days.trading_days_between(today - timedelta(days=30), today - timedelta(days=1))[-EVALUATED:]
    for day in days:
        with acting_as(system_actor("moments of the demonstration brokerage（演示）", "cli")):
            nightly.run(day)
        if day == days[0]:
            for name in managers:
                with acting(name):
                    _work_some()


def _work_some() -> None:
    """Process one moment of each of some kinds."""
    for kind, outcome in WORKED.items():
        row = moments.moments(mine=True, is_open=True, filters={"kind": kind}).first()
        if row is not None:
            perform("service.work_moment", {"moment": row.pk, "outcome": outcome, "note": "（演示）已与客户沟通。"})

"""Conduct of the demonstration: registrations of staff, one about to end and one to be verified."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from dakehu.foundation.gates import perform

Acting = Callable[[str], AbstractContextManager[Any]]
CHECKED = "中证协公示查询（演示）"
REGISTRATIONS = (
    ("lin", "investment_adviser", "S0000620010001", {"valid_from": -900}),
    ("zhou", "investment_adviser", "S0000620010002", {"valid_from": -1500}),
    ("wang", "securities_staff", "S0000120010003", {"valid_from": -700, "valid_to": 18}),
    ("wang", "fund_sales", "F0000000010003", {"valid_from": -700}),
    ("an", "analyst", "S0000520010004", {"valid_from": -400}),
    ("gu", "securities_staff", "S0000120010005", {"state": "unverified"}),
)


def add_conduct(today: date, acting: Acting, compliance: str) -> None:
    """Enter registrations of staff as compliance. acting(username) → their context."""
    with acting(compliance):
        for user, kind, number, more in REGISTRATIONS:
            days = {
                name: today + timedelta(days=value) if isinstance(value, int) else value for name, value in more.items()
            }
            perform(
                "compliance.add_registration",
                {"user": user, "kind": kind, "number": number, "evidence": CHECKED, **days},
            )

"""A desk with enough clients of two teams for every request to return rows."""

from typing import Any

import pytest

from dakehu.foundation.gates import perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system

SEGMENTS = ("钻石", "金卡", "普通", "")


@pytest.fixture
def book(lin: Any, zhang: Any, qian: Any) -> list[int]:
    """Thirty clients of Lin's in addition to Zhang, with a service record each; the ids of all."""
    numbers = [zhang.pk]
    with acting(lin):
        for n in range(30):
            made = perform(
                "clients.create",
                {
                    "name": (f"张{n}伟", f"李娜{n}", f"O'Neil & <王>%_{n}", f"欧阳{n}\\静")[n % 4],
                    "code": f"K{n:04}",
                    "segment": SEGMENTS[n % 4],
                    "assets": str(n * 100_000) if n % 5 else "",
                    "birth_on": f"196{n % 3}-05-{n % 28 + 1:02}" if n % 3 else "",
                    "branch": "SH01" if n % 2 else "",
                    "anyway": True,
                },
            )
            numbers.append(made.pk)
        for n, number in enumerate(numbers):
            hour = "07:59" if n % 2 else "08:00"
            perform(
                "service.log_interaction",
                {"client": number, "channel": "call", "held_at": f"2026-11-01 {hour}", "summary": f"问候 {n}"},
            )
    return numbers


@pytest.fixture
def foreign(qian: Any) -> int:
    """A client whom no one in Lin's team sees."""
    with as_system():
        return int(model_of("clients.Client").objects.get(code="C0002").pk)

"""A small served desk: clients of two teams, with contacts over half a year and risk tests about to expire."""

from datetime import timedelta
from typing import Any

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import acting


def token_of(user: Any, **given: Any) -> str:
    with acting(user):
        return str(perform("team.create_token", {"name": "Python", **given})["token"])


@pytest.fixture
def served(transactional_db: None, lin: Any, zhou: Any, zhang: Any, qian: Any, live_server: Any) -> str:
    """Return the address of a desk with sixteen clients of Lin's and one of Wang's."""
    today = clock.today()
    with acting(lin):
        numbers = [zhang.pk] + [
            perform(
                "clients.create",
                {
                    "name": f"{'赵钱孙李'[n % 4]}{n}",
                    "code": f"K{n:04}",
                    "segment": ("钻石", "金卡", "")[n % 3],
                    "assets": str(n * 250_000 + 0.5) if n % 5 else "",
                    "phone": f"1380013{n:04}",
                    "risk_level": "C3",
                    "risk_valid_to": str(today + timedelta(days=7 * n)),
                    "anyway": True,
                },
            ).pk
            for n in range(15)
        ]
        for n, number in enumerate(numbers):
            for back in range(n % 4 + 1):
                held = today - timedelta(days=(n * 7 + back * 41) % 170 + 1)
                perform(
                    "service.log_interaction",
                    {"client": number, "channel": "call", "held_at": f"{held} 10:00", "summary": "问候"},
                )
    return str(live_server.url)

"""Checks of service records of the demonstration: a month is sampled, most are read, one failed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from dakehu.foundation.gates import ask, perform

Acting = Callable[[str], AbstractContextManager[Any]]
A_PERSON, LEFT = 4, 3
MISSED = {"result": "failed", "topic": "conduct", "note": "记录里只写了“推荐某产品”，没有写风险说明（演示）"}


def add_record_checks(acting: Acting) -> None:
    """Let the lead draw last month's records and read all but three."""
    with acting("zhou"):
        perform("care.draw_record_checks", {"number": A_PERSON})
        waiting = ask("care.record_checks", {})["waiting"]
        for place in range(len(waiting) - LEFT):  # a reader's own records are not offered again
            left = ask("care.record_checks", {})["waiting"]
            if len(left) > LEFT:
                given = MISSED if place == 0 else {"result": "passed"}
                perform("care.check_record", {"record_check": left[0]["id"], **given})

"""Privacy requests of the demonstration: one answered, one open, and a client whose deletion was granted.

The client to be deleted is added for it, so that all others are unchanged.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.foundation.gates import perform


def add_requests(
    today: date, acting: Callable[[str], AbstractContextManager[Any]], compliance: str, manager: str
) -> None:
    """Register requests of a manager's clients and decide some. acting(username) → their context."""
    with acting(manager):
        access, correct = (row.pk for row in clients.clients().order_by("-code")[:2])
        leaving = perform("clients.create", {"name": "尤离（演示）", "remark": "已销户，要求删除全部资料（演示）"}).pk
        received = (today - timedelta(days=2)).isoformat()
        done = perform("compliance.open_privacy_request", {"client": access, "kind": "access", "received_on": received})
        perform(
            "compliance.open_privacy_request",
            {"client": correct, "kind": "correct", "received_on": received, "detail": "工作单位已变更（演示）"},
        )
        gone = perform("compliance.open_privacy_request", {"client": leaving, "kind": "delete", "detail": "（演示）"})
    with acting(compliance):
        perform("compliance.grant_privacy_request", {"request": done.pk, "answer": "已提供副本（演示）"})
        answer = "保存期限内只保存、不处理，期满删除（演示）"
        perform("compliance.grant_privacy_request", {"request": gone.pk, "answer": answer})

"""The demonstration's calendars: a connection that is not connected, a feed, and hours that a client may book."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.foundation.gates import perform


def add_calendars(acting: Callable[[str], AbstractContextManager[Any]]) -> None:
    """Add Lin's calendar (switched off), a feed and two booking links.

    acting(username) → a context that acts as that user.
    """
    with acting("lin"):
        where = {"url": "https://dav.example.com/lin/work/", "username": "lin", "password": "demonstration"}
        perform("calendars.add", {"name": "林晓的手机日历（演示）", **where})
        perform("calendars.create_feed", {"name": "办公电脑"})
        first = clients.clients().filter(kind="person").order_by("code").first()
        if first is not None:
            perform("calendars.publish_hours", {"purpose": "季度回顾", "minutes": 60, "client": first.pk})
        perform("calendars.publish_hours", {"purpose": "新客户面谈", "minutes": 45, "most": 5})

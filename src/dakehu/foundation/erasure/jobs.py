"""Erase the ended background jobs that were about erased clients."""

import json
import re
from collections.abc import Callable
from typing import Any

from django.db import models

from dakehu.foundation.jobs.models import Job

ENDED = ("done", "failed", "cancelled")
OF_CLIENTS = re.compile(r'"(?:client|clients|former)": (\d+|\[[\d, ]*\])')


def erase_jobs(clients: frozenset[int], names_one: Callable[[str], bool]) -> int:
    """Delete ended jobs whose arguments, result or error name one of the clients; return how many.

    By id, or where `names_one(text)` finds a code or a name.
    """
    rows: Any = models.QuerySet(Job).filter(state__in=ENDED)
    named = [
        pk
        for pk, *texts in rows.values_list("pk", "args", "result", "error").iterator(chunk_size=2000)
        if _names(clients, text := json.dumps(texts, ensure_ascii=False)) or names_one(text)
    ]
    return int(rows.filter(pk__in=named).delete()[0]) if named else 0


def _names(clients: frozenset[int], text: str) -> bool:
    numbers = {int(one) for found in OF_CLIENTS.findall(text) for one in re.findall(r"\d+", found)}
    return bool(numbers & clients)

"""Decide whether a report is due, and compute the digest of a file's inputs. Pure."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from dakehu.domains.insight.choices import Rhythm


def first_of_period(day: date, rhythm: str) -> date:
    """Return the first day of the period in which a report is generated once."""
    if rhythm == Rhythm.WEEKLY:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if rhythm == Rhythm.MONTHLY else day


def is_due(day: date, rhythm: str, trading_days: Iterable[date]) -> bool:
    """Return whether a report is generated on a day: the first of its period's trading days, given up to the day."""
    first = first_of_period(day, rhythm)
    return min((one for one in trading_days if one >= first), default=None) == day


def is_of_domain(address: str, domains: Iterable[str]) -> bool:
    """Return whether a mail address belongs to one of the domains, matched exactly: a subdomain does not match."""
    return address.strip().lower().rpartition("@")[2] in set(domains)


def contents_of(definition: Any, scope: str, columns: Iterable[str], moment: str, language: str, file_kind: str) -> str:
    """Return the digest of a file's inputs: `scope` identifies the visible clients, `columns` the open columns,
    `moment` the data. A file is reused only under the same digest."""
    digest = hashlib.sha256()
    for part in (definition, scope, sorted(columns), moment, language, file_kind):
        digest.update(json.dumps(part, sort_keys=True, ensure_ascii=False, default=str).encode())
        digest.update(b"\0")
    return digest.hexdigest()

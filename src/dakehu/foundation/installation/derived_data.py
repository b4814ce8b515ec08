"""Derived data (search lines, blind indexes): rebuilt where the database was written by a version that built them
differently, or not at all.

The database stores the declarations by which they were built. A migration is complete only when both agree, so that
after a killed start the next one rebuilds them.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from dakehu.foundation import key_rotation
from dakehu.foundation.access import query_guard
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.encrypted_fields import BlindIndex
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.installation.models import InstallationRecord
from dakehu.foundation.search import index

NAME = "derived_data"
FORMAT = 1  # incremented whenever tokens or indexes of unchanged declarations are built differently


def declarations() -> str:
    """Return a digest of the declarations of search lines and blind indexes."""
    searched = {m._meta.label: sorted(index.search_fields_of(m)) for m in index.searched_models()}
    blind = {
        m._meta.label: sorted(f.name for f in m._meta.concrete_fields if isinstance(f, BlindIndex))
        for m in query_guard.scoped_models()
    }
    text = json.dumps([FORMAT, searched, blind], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def is_current() -> bool:
    return InstallationRecord.objects.filter(name=NAME, value=declarations()).exists()


def rebuild(tell: Callable[[Bilingual], None]) -> dict[str, int]:
    """Rebuild all of them; returns {label: rows}. Only derived data are written, so the audit has no entry."""
    counts: dict[str, int] = {}

    def count(label: str, rows: int) -> None:
        counts[label] = rows
        if rows % 50_000 == 0:
            tell(bilingual("搜索索引：{label} {n} 条", "Search index: {label}, {n} rows", label=label, n=rows))

    with acting_as(system_actor("build derived data after a migration", "cli")), act("search.rebuild"):
        index.rebuild(count)
        for model in query_guard.scoped_models():
            key_rotation.rebuild_blind_indexes(model)
        InstallationRecord.objects.update_or_create(name=NAME, defaults={"value": declarations()})
    return counts


def find_missing_lines() -> dict[str, int]:
    """Return {label: rows}: searchable rows without a search line, at most a thousand per model."""
    with acting_as(system_actor("look for rows without a search line", "cli")):
        found: dict[str, Any] = {m._meta.label: index.count_missing(m) for m in index.searched_models()}
    return {label: rows for label, rows in found.items() if rows}

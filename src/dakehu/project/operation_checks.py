"""Checks of `dakehu check` on keys and derived data."""

from typing import Any

from django.core.checks import Error
from django.db import DatabaseError, connection

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.installation import derived_data, key_check
from dakehu.foundation.installation.models import InstallationRecord


def fitting_keys(**_: Any) -> list[Any]:
    """dakehu.E003: keys are absent, damaged or of another desk."""
    try:
        key_check.check_keys()
    except Refused as refusal:
        return [Error(str(refusal), id="dakehu.E003")]
    except DatabaseError:
        return []
    return []


def search_lines(**_: Any) -> list[Any]:
    """dakehu.E004: rows that a search should find have no entry in the search index."""
    try:
        if InstallationRecord._meta.db_table not in connection.introspection.table_names():
            return []
        missing = derived_data.find_missing_lines()
    except DatabaseError:
        return []
    if not missing:
        return []
    report = ", ".join(f"{label} {rows}" for label, rows in missing.items())
    return [
        Error(
            bilingual(
                "有记录搜不到，缺少搜索索引（{report}）。",
                "Records cannot be found: search lines are missing ({report}).",
                report=report,
            ),
            hint=bilingual("运行 dakehu reindex。", "Run dakehu reindex."),
            id="dakehu.E004",
        )
    ]

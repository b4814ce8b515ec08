"""Rows whose content is never changed after it was written."""

import json
from hashlib import sha256
from typing import Any

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded

KEPT = bilingual("记录一经留存不能修改，请另行登记。", "A kept record is not changed; record anew.")


class KeptRecord(ClientRecorded):
    """A row of a client whose columns `kept` stay as they were first saved (办法 art. 32: kept 20 years, never rewritten).

    The client column may change where two clients are merged.
    """

    kept: tuple[str, ...] = ()

    class Meta(ClientRecorded.Meta):
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        """Save the row. Raises Refused where a kept column differs from what is stored."""
        before = {} if self._state.adding else getattr(self, "_loaded", {})
        if any(name in before and before[name] != getattr(self, name) for name in self.kept):
            raise Refused(KEPT)
        super().save(*args, **options)


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a content of plain values, which reveals a later change."""
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()

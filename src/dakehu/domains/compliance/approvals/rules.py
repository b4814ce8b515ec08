"""Rules of approvals: who may decide, and the digest of a content. Pure."""

import hashlib
import json
from collections.abc import Collection
from typing import Any


def approval_error(actor: int | None, authors: Collection[int]) -> tuple[str, str, str] | None:
    """Return why a person may not decide on what others wrote, None if they may. No role is exempt."""
    if actor is None:
        return "approval", "审批须由具体人员作出。", "A person decides, not the desk."
    if actor in authors:
        return (
            "approval",
            "编写人、经办人和当事人不能审批，请由他人审批。",
            "Whoever wrote it, entered it or is meant may not approve it; ask somebody else.",
        )
    return None


def digest(content: Any) -> str:
    """Return the digest of a content of plain values."""
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()

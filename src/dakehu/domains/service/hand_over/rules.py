"""Rules of hand-over packs: the digest of contents, what can be signed or reversed. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any


def digest_of(contents: Mapping[str, Any]) -> str:
    """Return the SHA-256 of contents, independent of the order of the values."""
    text = json.dumps(contents, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_all(digests: Iterable[str]) -> str:
    """Return one digest over those of several packs, sorted."""
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def sign_fault(
    *, state: str, is_receiver: bool, is_signed: bool, digest: str, found: str
) -> tuple[str, str, str] | None:
    """Return why a pack cannot be signed, None if it can. `found` is the digest of the contents as they are stored now."""
    if state != "effective":
        return "packs", "交接还没有生效，或已撤回。", "The hand-over is not in effect."
    if not is_receiver:
        return "packs", "交接包由接收人本人签收。", "A pack is signed by its receiver."
    if is_signed:
        return "packs", "其中有已签收的交接包。", "One of the packs is signed already."
    if digest != found:
        return (
            "packs",
            "交接包内容与生效时的校验值不符，不能签收。",
            "The contents do not match their digest; they cannot be signed.",
        )
    return None


def day_fault(effective_on: date, today: date) -> tuple[str, str, str] | None:
    """Return why a hand-over cannot take effect on a day, None if it can."""
    if effective_on < today:
        return "effective_on", "生效日期不能早于今天。", "The hand-over cannot take effect in the past."
    return None

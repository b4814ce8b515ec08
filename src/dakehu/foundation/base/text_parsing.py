"""Normalise text from files and forms, and give the reason in both languages why a value is unreadable. Pure."""

import re
import unicodedata
from datetime import date, datetime, time
from typing import Any

UNCLEAR_ZH, UNCLEAR_EN = "无法识别", "cannot be read"


class Unreadable(ValueError):
    """A value that cannot be parsed, with `reason`, `expected` and `suggestion`.

    The suggestion is for a person to confirm; nothing is stored from it.
    """

    def __init__(
        self,
        value: Any,
        expected_zh: str,
        expected_en: str,
        suggestion: str | None = None,
        *,
        reason_zh: str = UNCLEAR_ZH,
        reason_en: str = UNCLEAR_EN,
    ) -> None:
        super().__init__(f"{value!r} {reason_en}: expected {expected_en}")
        self.value, self.expected_zh, self.expected_en, self.suggestion = value, expected_zh, expected_en, suggestion
        self.reason_zh, self.reason_en = reason_zh, reason_en


_INVISIBLE = re.compile("[\ufeff\u200b-\u200f\u202a-\u202e\u2060\u00ad]")
_WRAPPED = re.compile(r'^="(.*)"$')
# Text that to_text leaves unchanged: printable ASCII and common Chinese characters, no outer spaces, no leading "=".
_SETTLED = re.compile("[!-<>-~\u4e00-\u9fff](?:[ -~\u4e00-\u9fff]*[!-~\u4e00-\u9fff])?")
_CHINESE_MARKS = {ord(c): c for c in "\uff0c\u3002\uff1b\uff1a\uff01\uff1f\uff08\uff09“”‘’、《》【】"}


def is_settled(value: Any) -> bool:
    """Return whether a value is a non-empty text that `to_text` returns unchanged."""
    return type(value) is str and _SETTLED.fullmatch(value) is not None


def to_text(value: Any) -> str:
    """Convert a value to text: letters and digits half-width (Chinese punctuation stays).

    Invisible characters and Excel's `="…"` wrapper are removed. Whole numbers lose a `.0` tail; dates become ISO.
    """
    if isinstance(value, str):
        if _SETTLED.fullmatch(value):
            return value
        text = _INVISIBLE.sub("", value)
        wrapped = _WRAPPED.match(text.strip())
        if wrapped:
            text = wrapped.group(1)
        if not text.isascii():
            text = "".join(c if ord(c) in _CHINESE_MARKS else unicodedata.normalize("NFKC", c) for c in text)
        return text.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes") if value.time() != time.min else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if value is None or (isinstance(value, float) and value != value):
        return ""
    return str(value).strip()


def to_half_width(value: Any) -> str:
    """Convert a value to text with everything half-width, for numbers and dates."""
    return unicodedata.normalize("NFKC", to_text(value)).strip()

"""Split several contacts in one cell: `手机号码:138xxxxxx88 电子邮件:zhangsan@example.com`. Pure."""

import re
import unicodedata

from dakehu.foundation.base.parsing import to_text

_LABEL = (
    r"(?:手机号码|手机号|手机|移动电话|电话号码|联系电话|电话|固定电话|座机|固话|电子邮件|电子邮箱|邮箱|邮件|微信号|微信|"
    r"mobile|phone|tel|e-?mail|wechat)"
)
_MAIL = r"[A-Za-z0-9._%+*-]+@[A-Za-z0-9.*-]+\.[A-Za-z]{2,}"
_MOBILE = r"(?:\+?86[- ]?)?1[3-9](?:[ -]?[\dxX*×•]){9}"
_LANDLINE = r"\(?0\d{2,3}\)?[- ]?\d{7,8}(?:(?:-|转|ext\.?)\d{1,6})?"
_PIECE = re.compile(
    rf"(?P<label>{_LABEL})?\s*[:]?\s*(?:(?P<mail>{_MAIL})|(?<!\d)(?P<mobile>{_MOBILE})(?!\d)|(?<!\d)(?P<landline>{_LANDLINE})(?!\d))",
    re.IGNORECASE,
)
_WECHAT = re.compile(r"(?:微信号|微信|wechat)\s*[:]\s*([A-Za-z][-\w]{5,19})", re.IGNORECASE)


def split_contacts(value: object) -> list[tuple[str, str]]:
    """Return (kind, value) pairs of a cell in order; kind is mobile, landline, mail or wechat.

    Masked numbers are kept as they are. [] if nothing is recognised.
    """
    text = unicodedata.normalize("NFKC", to_text(value))
    matches: list[tuple[int, str, str]] = []
    for match in _WECHAT.finditer(text):
        if not re.fullmatch(_MOBILE, match.group(1)):
            matches.append((match.start(), "wechat", match.group(1)))
    for match in _PIECE.finditer(text):
        kind = next(k for k in ("mail", "mobile", "landline") if match.group(k))
        label = (match.group("label") or "").lower()
        contact = re.sub(r"[ ]", "", match.group(kind))
        if kind == "mobile" and label.startswith(("微信", "wechat")):
            kind = "wechat"
        matches.append((match.start(), kind, contact))
    return [(kind, contact) for _, kind, contact in sorted(matches)]

"""The kind of a column's cells by content, independent of its heading. Pure."""

import re

from dakehu.exchange.workbook.reading.headings import CONTENT

_DAY = re.compile(r"^\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?|^\d{1,2}/\d{1,2}/\d{4}")
_SUM = re.compile(r"^[¥￥$+-]?\d[\d,]*(?:\.\d+)?\s*(?:万|亿|元|%|万元|亿元)?$")


def content_kind(samples: list[str]) -> str:
    """Return the kind of a column's cells: phone, mail, id, date, number, or text."""
    texts = [s.strip() for s in samples if s.strip()]
    for kind, pattern in (*CONTENT.items(), ("date", _DAY), ("number", _SUM)):
        if texts and all(
            pattern.match(s.replace(" ", "") if kind != "phone" else re.sub(r"[ -]", "", s)) for s in texts
        ):
            return kind
    return "text"

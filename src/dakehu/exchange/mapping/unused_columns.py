"""Columns of a statement or price file with values but mapped to no field: position, number of cells, and reason."""

from collections.abc import Iterable
from typing import Any

from dakehu.exchange.workbook.reading import Sheet
from dakehu.exchange.workbook.reading.outside import letters
from dakehu.foundation.base.i18n import Bilingual, bilingual

STATEMENT = bilingual(
    "对账单里的“{heading}”没有对应的字段，这一列没有导入。",
    "No field of a statement takes “{heading}”; the column was not imported.",
)
PRICES = bilingual(
    "行情里的“{heading}”没有对应的字段，这一列没有导入。",
    "No field of a price file takes “{heading}”; the column was not imported.",
)


def unused_columns(
    sheet: Sheet, heading: int, used: set[int], rows: Iterable[int], sentence: Bilingual
) -> list[dict[str, Any]]:
    """Return [{sheet, column, heading, filled, reason, zh, en, model}] of the columns outside `used` with values in
    some rows.

    `heading` is the heading row (-1 for none) and `rows` the rows read, both from 0.
    """
    titles = sheet.frame.row(heading) if heading >= 0 else (None,) * sheet.frame.width
    wanted = [row for row in rows if row < sheet.frame.height]
    found = []
    for place in sorted(set(range(sheet.frame.width)) - used):
        filled = int((sheet.frame[f"c{place}"].gather(wanted).str.strip_chars().fill_null("") != "").sum())
        if not filled:
            continue
        name = (titles[place] or "").strip() or letters(place)
        found.append(
            {
                "sheet": sheet.name,
                "column": letters(place),
                "heading": name,
                "filled": filled,
                "reason": "unused",
                "zh": sentence.zh.format(heading=name),
                "en": sentence.en.format(heading=name),
                "model": "",
            }
        )
    return found

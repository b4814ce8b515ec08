"""The empty file of a feed: headings with a note on each column's content, choices as lists, and a page of notes."""

import io
from pathlib import Path

from xlsxwriter import Workbook

from dakehu.domains.ledger.feeds.feed import Feed, FeedColumn
from dakehu.exchange.workbook.writing.spec import Language, pick
from dakehu.foundation.base.i18n import Bilingual, bilingual

ROWS = 1_000  # rows with a drop-down of the column's choices
KINDS: dict[str, Bilingual] = {
    "client": bilingual("系统中的客户号", "a client code of the desk"),
    "product": bilingual("证券或产品代码", "the code of a security or product"),
    "money": bilingual("金额，可在表头写明单位，如（万元）", "an amount; the heading may state the unit"),
    "number": bilingual("数字", "a number"),
    "share": bilingual("比例，写成 145% 或 1.45", "a ratio, written 145% or 1.45"),
    "count": bilingual("次数", "a count"),
    "day": bilingual("日期，写成 2026-11-27", "a day, written 2026-11-27"),
    "text": bilingual("文字", "text"),
    "choice": bilingual("从下拉选项中选择", "one of the choices"),
    "flag": bilingual("是或否", "yes or no"),
}
REQUIRED = bilingual("必填", "required")
OPTIONAL = bilingual("可以没有这一列", "the column may be left out")
HEADS = (
    bilingual("列", "Column"),
    bilingual("内容", "Holds"),
    bilingual("是否必填", "Required"),
    bilingual("示例", "Example"),
)


def template_of(feed: Feed, language: Language) -> bytes:
    """Return the empty file of a feed as an xlsx."""
    body = io.BytesIO()
    book = Workbook(body, {"in_memory": True})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    text, wrapped = book.add_format({"num_format": "@"}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(pick(language, feed.zh, feed.en)[:31])
    for place, column in enumerate(feed.file_columns):
        sheet.write(0, place, column.heading, bold)
        sheet.write_comment(0, place, _column_note(column, language), {"x_scale": 2})
        is_code = column.kind in ("client", "product", "text")
        sheet.set_column(place, place, max(14, len(column.heading) * 1.3), text if is_code else None)
        if column.choices:
            names = [pick(language, choice[1], choice[2]) for choice in column.choices]
            sheet.data_validation(1, place, ROWS, place, {"validate": "list", "source": names, "ignore_blank": True})
    sheet.freeze_panes(1, 0)
    notes = book.add_worksheet(pick(language, "说明", "Guide"))
    notes.set_column(0, 0, 34)
    notes.set_column(1, 1, 70, wrapped)
    notes.set_column(2, 3, 20)
    notes.write(0, 0, pick(language, feed.zh, feed.en), bold)
    notes.write(0, 1, feed.description.in_(language), wrapped)
    notes.write_row(2, 0, [head.in_(language) for head in HEADS], bold)
    for row, column in enumerate(feed.file_columns, 3):
        needed = REQUIRED if column.required else OPTIONAL
        notes.write_row(
            row, 0, [column.heading, describe_content(column).in_(language), needed.in_(language), column.example]
        )
    book.close()
    return body.getvalue()


def write_template(feed: Feed, path: Path, language: Language) -> Path:
    """Write the empty file of a feed."""
    path.write_bytes(template_of(feed, language))
    return path


def describe_content(column: FeedColumn) -> Bilingual:
    """Return the description of a column: its kind, its help and its choices."""
    zh, en = [KINDS[column.kind].zh], [KINDS[column.kind].en]
    if column.help_zh:
        zh.append(column.help_zh)
        en.append(column.help_en)
    if column.choices:
        zh.append("、".join(choice[1] for choice in column.choices))
        en.append(", ".join(choice[2] for choice in column.choices))
    return bilingual("；".join(zh), "; ".join(en))


def _column_note(column: FeedColumn, language: Language) -> str:
    needed = REQUIRED if column.required else OPTIONAL
    example = f"\n{pick(language, '示例', 'Example')}: {column.example}" if column.example else ""
    return f"{describe_content(column).in_(language)}\n{needed.in_(language)}{example}"

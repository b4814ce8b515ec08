"""Messages of a run of a linked sheet about rows and cells left unchanged."""

from typing import Any

from dakehu.foundation.base.i18n import Bilingual, bilingual

NEW_TAB = bilingual("已新建这张工作表。", "The worksheet was added.")
NO_KEYS = bilingual(
    "行钥列或表头被删除，没有同步。请在 Google 表格中撤销删除，或删除整张工作表，由下次同步重建。",
    "Its key column or headings were deleted, so it was not synchronised. Undo that in Google Sheets, or delete the worksheet and let the next run make it again.",
)
MISSING_COLUMN = bilingual(
    "“{column}”列不在表中，不再同步；需要时请删除整张工作表，由下次同步重建。",
    "The column “{column}” is not in the sheet and is left out; to have it back, delete the worksheet and let the next run make it again.",
)
SHIFTED = bilingual(
    "{n} 行的内容与行钥不是同一行（排序时没有带上隐藏的行钥列），没有导入。请撤销那次排序，或选中整张表重新排序。",
    "{n} rows stand beside another row's key (they were sorted without the hidden key column) and were left out. Undo the sorting, or sort the whole sheet.",
)
PUT_BACK = bilingual(
    "表中删去的 {n} 行已放回；删除请在系统中进行。",
    "{n} rows taken out of the sheet were put back; delete on the desk.",
)
TOO_MANY_MISSING = bilingual(
    "表中一次删去了 {n} 行，超过一半，当作误删处理，已放回。确要删除，请在系统中进行。",
    "{n} rows were taken out at once, more than half: this counts as a mistake and they were put back. To delete them, do it on the desk.",
)
LEFT = {
    "formula": bilingual("是公式，没有改写", "A formula, left as it is"),
    "error": bilingual("显示错误值，没有读取也没有改写", "It shows an error: neither read nor written"),
    "open": bilingual("表中改过而没有导入，保留表中内容", "Changed in the sheet and not imported: left as it is"),
    "long": bilingual("超过单元格的长度上限，没有写入", "Too long for a cell, not written"),
    "gone": bilingual(
        "系统中已没有这一行，表中又改过，保留", "The desk has no such row, and the sheet changed it: left as it is"
    ),
}


def note_of(text: Bilingual, **values: Any) -> list[str]:
    """Return a text in both languages, with values inserted."""
    return [text.zh.format(**values) if values else text.zh, text.en.format(**values) if values else text.en]

"""Remedies for cells at fault: one sentence for each kind of field, and for fields that need a specific one.

The other sentences of an import are defined where the fault is detected (`foundation/base/*_parsing`,
`clients/identifiers`, `ledger/statements/validation`); docs/import-refusals.md lists and assesses all of them. A
remedy states what to write instead; it never repeats what is wrong.
"""

from dakehu.exchange.mapping.cell_values import CHOICE, CODE, DATE
from dakehu.exchange.mapping.units import COUNT, MONEY, RATE
from dakehu.foundation.base.i18n import Bilingual, bilingual

_BY_FIELD: dict[str, Bilingual] = {
    "code": bilingual(
        "一位客户一行、一个客户号；在 Excel 里先把这一列设为文本再填，没有的可以留空由系统编号。",
        "One row and one code for each client; format the column as text before you type, or leave it empty to have one given.",
    ),
    "name": bilingual(
        "写全姓名或名称；同名的客户另写客户号或证件号码。",
        "Write the full name; add the client code or ID number where two share it.",
    ),
    "id_number": bilingual(
        "对照证件原件逐位核对；Excel 里先把这一列设为文本再填。",
        "Compare with the document digit by digit; format the column as text before you type.",
    ),
    "phone": bilingual(
        "手机写 11 位；座机写 010-62345678；境外号码写 +852 91234567。",
        "A mobile has 11 digits; a landline is 010-62345678; a foreign number +852 91234567.",
    ),
    "landline": bilingual(
        "座机写 010-62345678，分机写 010-62345678-801。",
        "A landline is written 010-62345678, with an extension 010-62345678-801.",
    ),
    "mail": bilingual("写成 name@example.com。", "Write it as name@example.com."),
    "contact": bilingual(
        "写明是哪一种，如“手机:13800138000 邮箱:name@example.com”。",
        "Say which it is, such as “手机:13800138000 邮箱:name@example.com”.",
    ),
    "staff": bilingual(
        "写在职人员的姓名或账号；新同事先在“人员与权限”中添加。",
        "Write the name or account of somebody on the staff; add new colleagues under Staff first.",
    ),
    "branch": bilingual("写已登记营业部的名称或代码。", "Write the name or code of a branch that is entered."),
    "client_code": bilingual(
        "写“基本信息”表里的客户号，或在同一行写明姓名和手机。",
        "Write the code from the sheet of clients, or give name and mobile in the row.",
    ),
    "client_name": bilingual(
        "写“基本信息”表里的姓名；同名的另写客户号。",
        "Write the name from the sheet of clients; add the code where two share it.",
    ),
    "client_phone": bilingual(
        "写客户的 11 位手机号码，或改用客户号。", "Write the client's mobile of 11 digits, or use the code."
    ),
    "client_id_number": bilingual(
        "对照证件逐位核对，或改用客户号。", "Compare with the document digit by digit, or use the client code."
    ),
    "row_key": bilingual(
        "从最近一次导出的表格复制这一行的行钥，或清空它作为新行。",
        "Copy the row key from the latest export, or empty it to make a new row.",
    ),
}
_BY_KIND: dict[str, Bilingual] = {
    DATE: bilingual(
        "写成 2023-01-15；整列都是日/月/年或月/日/年的，在列设置里选定顺序。",
        "Write it as 2023-01-15; where a whole column has day/month/year, choose that order at the columns.",
    ),
    MONEY: bilingual(
        "写一个确切的人民币数，如 1000000 或 100万；外币可在列设置里写明汇率。",
        "Write one exact sum in yuan, such as 1000000; for other money state the rate at the columns.",
    ),
    RATE: bilingual("写成 5% 的样子。", "Write it like 5%."),
    COUNT: bilingual("只写数字，如 35。", "Write digits only, such as 35."),
    CHOICE: bilingual(
        "从模板的下拉选项里选一项，或留空。", "Choose one from the list in the template, or leave it empty."
    ),
    CODE: bilingual(
        "Excel 里先把这一列设为文本，再按原件填写。",
        "Format the column as text in Excel, then type it from the document.",
    ),
}
_OTHERWISE = bilingual(
    "对照原始资料改好这一格；不需要的可以清空。",
    "Compare with the original and correct the cell; empty it if it is not needed.",
)
ROW = bilingual(
    "对照原始资料改好这一行，或从文件中删去。",
    "Compare with the original and correct the row, or take it out of the file.",
)


def remedy_for(field: str, kind: str, *, example: str = "") -> Bilingual:
    """Return what to write instead in a cell of a field of this kind, with the field's own example."""
    remedy = _BY_FIELD.get(field) or _BY_KIND.get(kind)
    if remedy is not None:
        return remedy
    if example:
        return Bilingual(f"{_OTHERWISE.in_('zh')}示例：{example}", f"{_OTHERWISE.in_('en')} Example: {example}")
    return _OTHERWISE

"""Any table that users send is opened, whatever its format, encoding and state; a refusal gives the reason."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from dakehu.exchange.workbook.reading import (
    BookRefused,
    Lexicon,
    Limits,
    NeedsPassword,
    Term,
    TooLarge,
    Unopenable,
    WrongPassword,
    detect_tables,
    open_book,
    signature,
)

DATA = Path(__file__).parents[2] / "../shared/data"
VOCABULARY = [
    Term("clients", "code", "客户号", "Client code", ("客户编号",)),
    Term("clients", "name", "客户姓名", "Client name", ("姓名", "客户名称")),
    Term("clients", "gender", "性别", "Gender"),
    Term("clients", "stated_age", "年龄", "Age"),
    Term("clients", "occupation", "职业", "Occupation"),
    Term("clients", "phone", "手机", "Mobile", ("手机号码",), "phone"),
    Term("clients", "contact", "联系方式", "Contact"),
    Term("clients", "assets", "资产规模", "Assets"),
    Term("investments", "client", "客户号", "Client code", ("客户姓名",)),
    Term("investments", "invested_on", "投资日期", "Invested on"),
    Term("investments", "amount", "投资金额", "Amount"),
    Term("investments", "product", "投资产品", "Product"),
    Term("investments", "risk_preference", "风险偏好", "Risk preference"),
    Term("interactions", "client", "客户号", "Client code", ("客户姓名",)),
    Term("interactions", "held_at", "沟通时间", "Held at", ("日期",)),
    Term("interactions", "summary", "事件描述", "Summary"),
    Term("interactions", "result", "结果", "Result"),
    Term("needs", "goal", "投资目标", "Goal"),
    Term("needs", "risk_preference", "风险偏好", "Risk preference"),
    Term("needs", "likes", "产品或服务喜好", "Likes"),
    Term("follow_ups", "due_on", "计划日期", "Due on", ("日期",)),
    Term("follow_ups", "subject", "计划事项", "Plan"),
]


def workbook(rows: list[list[object]], name: str = "基本信息", merge: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def only_table(content: bytes, filename: str = "t.xlsx", **options: object):
    sheet = open_book(content, filename=filename, **options).sheets[0]
    (table,) = detect_tables(sheet, Lexicon(VOCABULARY))
    return sheet, table


def locked(content: bytes, password: str) -> bytes:
    made = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, made)
    return made.getvalue()


ROWS = [["客户号", "姓名", "资产规模 Assets (CNY)"], ["000123", "张三", 1000000], ["000124", "李四", 2500000.5]]
TEXT = "客户号,姓名,资产规模\n000123,张三,1000000\n000124,李四,2500000.5\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("gb18030"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.replace(",", "\t").encode("gb18030"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace("\n", "\r\n").encode(),
    ],
    ids=["utf8", "utf8-bom", "gb18030", "utf16", "utf16-no-bom", "tabs-gb18030", "semicolons", "crlf"],
)
def test_text_in_any_encoding_and_with_any_separator_gives_the_same_records(content):
    sheet, table = only_table(content, "客户.xls")  # many systems give text files this extension
    assert table.records(sheet).rows() == [("000123", "张三", "1000000", 2), ("000124", "李四", "2500000.5", 3)]


def test_a_workbook_keeps_leading_zeros_and_whole_numbers():
    sheet, table = only_table(workbook(ROWS))
    assert table.records(sheet).rows() == [("000123", "张三", "1000000", 2), ("000124", "李四", "2500000.5", 3)]


def test_titles_above_the_heading_blank_rows_and_totals_are_left_out_and_said():
    rows = [["某某证券大客户表"], [], *ROWS, [], ["000125", "王五", 3], ["合计", None, 3500003.5]]
    sheet, table = only_table(workbook(rows))
    assert (table.header_row, [r[0] for r in table.records(sheet).rows()]) == (2, ["000123", "000124", "000125"])
    assert table.skipped == [(6, "blank"), (8, "total")]
    assert table.cell("assets", 7) == "C7"


def test_a_heading_of_two_lines_with_merged_cells_is_one_heading():
    rows = [["客户", None, "资产"], ["客户号", "客户姓名", "资产规模"], ["A1", "张三", 5]]
    sheet, table = only_table(workbook(rows, merge="A1:B1"))
    assert table.part == "clients"
    assert table.records(sheet).rows() == [("A1", "张三", "5", 3)]


def test_dates_come_as_iso_text_and_errors_in_cells_stay_visible():
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet("投资历史")
    sheet.write_row(0, 0, ["客户号", "投资日期", "投资金额"])
    sheet.write_row(1, 0, ["A1"])
    sheet.write_number(1, 1, 44941, book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    sheet.write_row(2, 0, ["A2", "2023年1月15日"])
    sheet.write_formula(2, 2, "=1+1", None, 2)
    book.close()
    read, table = only_table(content.getvalue())
    assert table.records(read).rows() == [("A1", "2023-01-15", "#DIV/0!", 2), ("A2", "2023年1月15日", "2", 3)]


def test_a_password_opens_a_locked_workbook_and_its_absence_or_a_wrong_one_is_told():
    secret = locked(workbook(ROWS), "机密2026")
    with pytest.raises(NeedsPassword):
        open_book(secret, filename="锁.xlsx")
    with pytest.raises(WrongPassword):
        open_book(secret, filename="锁.xlsx", password="错")
    sheet, table = only_table(secret, password="机密2026")
    assert table.records(sheet).height == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0", b"PK\x03\x04 not a zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, b"%PDF-1.7\n\0\0\xff"],
)
def test_what_is_no_table_is_refused_with_a_remedy_in_both_languages(content):
    with pytest.raises(BookRefused) as refusal:
        open_book(content, filename="坏.xlsx")
    assert "坏.xlsx" in refusal.value.zh
    assert "坏.xlsx" in refusal.value.en


def test_an_archive_that_unpacks_beyond_the_limit_is_refused():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    with pytest.raises(TooLarge):
        open_book(bomb.getvalue(), filename="b.xlsx", limits=Limits(unpacked_bytes=1_000_000))


ARTICLE = {
    "基本信息": [
        ["字段名称", "示例数据"],
        ["客户姓名", "张三"],
        ["性别", None],
        ["年龄", 35],
        ["职业", "企业高管"],
        ["联系方式", "手机号码:138xxxxxx88 电子邮件:zhangsan@example.com"],
    ],
    "投资历史": [
        ["字段名称", "示例数据"],
        ["投资日期", "2023-01-15"],
        ["投资金额", "¥1,000,000"],
        ["投资产品", "股票 A"],
        ["风险偏好", "稳健型"],
    ],
    "客户服务记录": [
        ["日期", "事件描述", "结果"],
        ["2023-01-20", "客户咨询关于股票投资的问题", "成功解答"],
        ["2023-02-10", "客户投诉", "道歉"],
    ],
    "需求与偏好": [
        ["字段名称", "示例数据"],
        ["投资目标", "资产保值增值"],
        ["风险偏好", "稳健型"],
        ["产品或服务喜好", "股票投资组合管理"],
    ],
    "定期跟进计划": [["日期", "计划事项"], ["2023-01-10", "电话沟通"], ["2023-02-15", "面对面会议"]],
}
FOUND = [
    ("clients", "card", 1),
    ("investments", "card", 1),
    ("interactions", "rows", 2),
    ("needs", "card", 1),
    ("follow_ups", "rows", 2),
]


def shapes(sheets) -> list[tuple[str | None, str, int]]:
    return [(t.part, t.layout, t.records(s).height) for s in sheets for t in detect_tables(s, Lexicon(VOCABULARY))]


def test_the_five_tables_of_the_article_are_recognised_on_five_sheets():
    sheets = [open_book(workbook(rows, name), filename="t.xlsx").sheets[0] for name, rows in ARTICLE.items()]
    assert shapes(sheets) == FOUND


def test_the_five_tables_of_the_article_are_recognised_one_under_the_other_on_one_sheet():
    rows = [line for name, block in ARTICLE.items() for line in ([name], *block, [])]
    assert shapes(open_book(workbook(rows, "Sheet1"), filename="t.xlsx").sheets) == FOUND


def test_the_five_tables_are_recognised_without_a_blank_line_or_a_title_between_them():
    titled = [line for name, block in ARTICLE.items() for line in ([name], *block)]
    untitled = [line for block in ARTICLE.values() for line in block]
    for rows in (titled, untitled):
        assert shapes(open_book(workbook(rows, "Sheet1"), filename="t.xlsx").sheets) == FOUND


def test_a_heading_repeated_in_the_middle_is_no_client():
    rows = [["客户号", "客户姓名"], ["A1", "张三"], ["客户号", "客户姓名"], ["A2", "李四"]]
    sheet = open_book(workbook(rows), filename="t.xlsx").sheets[0]
    assert [t.records(sheet)["code"].to_list() for t in detect_tables(sheet, Lexicon(VOCABULARY))] == [["A1"], ["A2"]]


def test_the_cell_of_a_card_is_its_value():
    sheet, table = only_table(workbook(ARTICLE["基本信息"]))
    assert table.cell("occupation", 2) == "B5"
    assert table.records(sheet)["contact"][0].startswith("手机号码")


def test_two_cards_under_each_other_are_two_clients():
    card = ARTICLE["基本信息"][1:]
    sheet = open_book(workbook([*card, *card]), filename="t.xlsx").sheets[0]
    assert [t.layout for t in detect_tables(sheet, Lexicon(VOCABULARY))] == ["card", "card"]


def test_a_likeness_is_only_suggested_and_content_tells_a_telephone_column():
    rows = [
        ["客户号", "客户姓名", "资产规模总计", "列4"],
        ["A1", "张三", 5, "13800001234"],
        ["A2", "李四", 6, "13900001234"],
    ]
    _, table = only_table(workbook(rows))
    suggested, report = table.columns[2], table.columns[3]
    assert (suggested.field, suggested.suggestion) == (None, "assets")
    assert (report.field, report.how) == ("phone", "content")


def test_a_signature_is_the_same_for_other_rows_under_the_same_headings():
    _, first = only_table(workbook(ROWS))
    _, second = only_table(workbook([ROWS[0], ["9", "赵六", 7]]))
    _, other = only_table(workbook([["客户号", "姓名"], ["9", "赵六"]]))
    assert signature(first) == signature(second) != signature(other)


def test_every_real_file_at_hand_opens():
    if not DATA.exists():
        pytest.skip("the real data is absent: ../shared/data")
    files = [
        *DATA.glob("broker_exports/samples/*.csv"),
        *DATA.glob("far-trans/*.csv"),
        *DATA.glob("*/*.xlsx"),
        *DATA.glob("sentiment/*.csv"),
        *DATA.glob("cn_trade_statement/*.csv"),
    ]
    assert len(files) >= 37
    for path in files:
        for sheet in open_book(path).sheets:
            assert sheet.frame.height > 1, path.name
            detect_tables(sheet, Lexicon(VOCABULARY))


def written(fill) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    fill(book)
    book.close()
    return made.getvalue()


def test_a_table_that_begins_in_column_c_keeps_its_addresses_its_errors_and_its_total():
    def fill(book):
        sheet = book.add_worksheet("基本信息")
        for at, row in enumerate([ROWS[0], ["000123", "张三", 5], ["000124", "李四", 6], ["", "合计", 11]]):
            sheet.write_row(at + 2, 2, row)
        sheet.write_formula(4, 4, "=1/0", None, "#DIV/0!")

    sheet, table = only_table(written(fill))
    assert table.cell("assets", 4) == "E4"
    assert table.records(sheet).rows() == [("000123", "张三", "5", 4), ("000124", "李四", "#DIV/0!", 5)]
    assert table.skipped == [(6, "total")]


def test_errors_stay_on_their_own_sheet_when_the_tabs_were_reordered():
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("错")
    first.title = "好"
    for sheet in (first, second):
        sheet.append(["客户号", "客户姓名"])
        sheet.append(["A1", "张三"])
    second["A2"].value, second["A2"].data_type = "#N/A", "e"
    made = io.BytesIO()
    book.save(made)
    moved = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(moved, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "xl/workbook.xml":
                head, rest = body.split(b"<sheets>")
                tags, tail = rest.split(b"</sheets>")
                one, two = tags.split(b"/>")[:2]
                body = head + b"<sheets>" + two + b"/>" + one + b"/></sheets>" + tail
            new.writestr(name, body)
    shown = {s.name: (s.frame["c0"][1], s.faults) for s in open_book(moved.getvalue(), filename="t.xlsx").sheets}
    assert shown == {"错": ("#N/A", {(1, 0): "#N/A"}), "好": ("A1", {})}


def test_long_numbers_keep_the_digits_excel_keeps_and_a_damaged_id_looks_damaged():
    def fill(book):
        sheet = book.add_worksheet("基本信息")
        for at, cell in enumerate(["客户号", 110101197505051234, 1234567890123.45, 1e-12, 0.1 + 0.2, 0.05]):
            sheet.write(at, 0, cell)

    column = open_book(written(fill), filename="t.xlsx").sheets[0].frame["c0"].to_list()
    assert column == ["客户号", "1.10101197505051e+17", "1234567890123.45", "1e-12", "0.3", "0.05"]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_an_open_document_that_is_cut_short_is_refused_and_not_waited_for(share):
    table = "<table:table><table:table-row><table:table-cell/></table:table-row></table:table>"
    names = 'xmlns:office="urn:o" xmlns:table="urn:t"'
    body = f"<office:document-content {names}><office:body><office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("content.xml", body[: int(len(body) * share)])
    with pytest.raises(Unopenable, match="damaged"):
        open_book(made.getvalue(), filename="cut.ods")

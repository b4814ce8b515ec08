"""Broken files are refused with a position and a remedy, and none crashes the desk."""

import io
import struct
import zipfile

import openpyxl
import pytest

from dakehu.exchange.workbook.reading import BookRefused, TooLarge, Unopenable, open_book, used_range


def book(**cells: object) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "基本信息"
    for row in (["客户号", "客户姓名"], ["A1", "张三"]):
        sheet.append(row)
    for address, value in cells.items():
        sheet[address] = value
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            body = source.read(name)
            made.writestr(name, body.replace(old, new, 1) if name == part else body)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def old_book(*cells: tuple[int, int]) -> bytes:
    """Return only the record stream of an .xls in an OLE archive, as a complete .xls is not available everywhere."""
    records = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 0x0010, 0, 0, 0, 0)
    for row, column in cells:
        records += struct.pack("<HHHHHI", 0x027E, 10, row, column, 0, 0)
    return olefile_with(records.ljust(4096, b"\0"))


def olefile_with(stream: bytes) -> bytes:
    """Return [MS-CFB] with one stream of at least 4,096 bytes named Workbook: header, FAT, directory, sectors."""
    sectors = [stream[i : i + 512].ljust(512, b"\0") for i in range(0, len(stream), 512)]
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + len(sectors)), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    head = head.ljust(512, b"\xff")

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        body = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
        body += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36) + struct.pack("<IQ", start, size)
        return body

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    return head + struct.pack("<128I", *fat) + directory.ljust(512, b"\0") + b"".join(sectors)


def test_a_cell_where_an_old_workbook_can_have_none_is_named_before_anything_is_laid_out():
    with pytest.raises(TooLarge) as refused:
        used_range.check_old_used_range(old_book((0, 0), (22, 25348)), "旧.xls")
    assert "第 23 行第 25349 列" in refused.value.zh
    with pytest.raises(TooLarge) as lonely:
        used_range.check_old_used_range(old_book((0, 0), (65000, 200)), "旧.xls")
    assert "row 65001, column 201" in lonely.value.en


def test_an_error_kept_where_a_number_is_said_to_be_is_read_as_an_error():
    content = changed(book(C2=12.5), SHEET, b'<c r="C2" t="n"><v>12.5</v>', b'<c r="C2"><f>1/0</f><v>#DIV/0!</v>')
    assert open_book(content, filename="错.xlsx").sheets[0].faults


def test_an_archive_whose_list_of_names_is_damaged_is_refused_in_words():
    content = bytearray(book())
    at = content.rindex(b"PK\x01\x02")
    content[at + 9] |= 0x08  # "names are UTF-8"
    content[at + 46] = 0xB5
    with pytest.raises(Unopenable):
        open_book(bytes(content), filename="名.xlsx")


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET])
def test_a_part_that_does_not_unpack_makes_the_file_damaged_in_words(part):
    content = bytearray(book())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        at = archive.getinfo(part).header_offset + 30 + len(part) + 4
    content[at : at + 24] = b"\xff" * 24
    with pytest.raises(Unopenable) as refused:
        open_book(bytes(content), filename="坏.xlsx")
    assert "坏.xlsx" in refused.value.zh and "重新上传" in refused.value.zh


@pytest.mark.parametrize("address", ["A1048576", "XFD1", "XFD1048576"])
def test_a_stray_cell_in_the_last_corner_is_named_before_anything_is_laid_out(address):
    with pytest.raises(TooLarge) as refused:
        open_book(book(**{address: 1}), filename="远.xlsx")
    assert address in refused.value.zh and "请删除" in refused.value.zh and "“基本信息”" in refused.value.zh


def test_a_part_that_swells_is_refused_unread():
    with pytest.raises(TooLarge):
        open_book(changed(book(), SHEET, b"<sheetData>", b"<sheetData>" + b"<row/>" * 4_000_000), filename="炸.xlsx")


def test_a_cell_that_the_reader_cannot_take_is_a_refusal_with_its_sheet():
    with pytest.raises(Unopenable) as refused:
        open_book(changed(book(), SHEET, b"</row>", b"</c></raw>"), filename="怪.xlsx")
    assert "怪.xlsx" in refused.value.zh and "另存为 .xlsx" in refused.value.zh


def test_a_panic_of_the_reader_is_a_refusal():
    pieces = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40 + bytes(range(256)) * 8
    with pytest.raises(BookRefused):
        open_book(pieces, filename="碎.xls")


def test_a_web_page_called_xls_is_read_as_its_table():
    page = (
        "<html><meta charset=gb2312><style>td{mso}</style><table><tr><th>客户号</th><th colspan=2>客户姓名</th></tr>"
        "<tr><td>A1<td>张&nbsp;三</td><td>a &amp; b</td></tr></table></html>"
    )
    (sheet,) = open_book(page.encode("gb18030"), filename="导出.xls").sheets
    assert sheet.name == "导出" and sheet.frame.rows() == [("客户号", "客户姓名", None), ("A1", "张 三", "a & b")]


def test_a_web_page_without_a_table_says_so():
    with pytest.raises(Unopenable) as refused:
        open_book("<html><title>登录超时</title></html>".encode(), filename="导出.xls")
    assert "网页里没有表格" in refused.value.zh

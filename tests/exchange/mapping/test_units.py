"""Units in headings, lines above a table and number formats."""

from decimal import Decimal

import pytest

from dakehu.exchange.mapping.amounts import to_desk_unit
from dakehu.exchange.mapping.units import read_unit, strip_unit, unit_in_heading, units_in_lines
from dakehu.exchange.workbook.reading.number_formats import read_format


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("资产规模（万元）", "万元"),
        ("资产规模(元)", "元"),
        ("资产规模/万元", "万元"),
        ("资产规模万元", "万元"),
        ("总资产（萬元）", "万元"),
        ("资产[亿]", "亿元"),
        ("AUM (RMB'000)", "千元"),
        ("资产(USD m)", "USD 百万"),
        ("AUM（百万美元）", "USD 百万"),
        ("资产（港币万元）", "HKD 万"),
        ("美元资产", "USD"),
        ("资产(HK$)", "HKD"),
        ("预期收益率（%）", "%"),
        ("收益率(‰)", "‰"),
        ("费率（bp）", "bp"),
        ("成交数量（手）", "手"),
        ("成交数量(万股)", "万股"),
    ],
)
def test_a_heading_states_its_unit(heading: str, text: str) -> None:
    found = unit_in_heading(heading)
    assert found is not None and found.unit is not None and found.unit.text == text
    assert read_unit(text) == found.unit, "the standard text is read back as the same unit"


@pytest.mark.parametrize("heading", ["资产（盎司）", "资产（ZAR）", "资产(两)"])
def test_a_unit_that_nobody_knows_is_seen_and_not_passed_over(heading: str) -> None:
    found = unit_in_heading(heading)
    assert found is not None and found.unit is None and found.words


@pytest.mark.parametrize(
    "heading",
    [
        "资产规模",
        "资产规模(选填)",
        "资产规模（2024年底）",
        "资产规模（含港股）",
        "工作单位",
        "手机（主）",
        "客户姓名（中文）",
    ],
)
def test_a_remark_in_brackets_is_no_unit(heading: str) -> None:
    assert unit_in_heading(heading) is None


def test_a_heading_is_looked_up_without_its_unit() -> None:
    assert strip_unit("资产规模（万元）") == "资产规模"
    assert strip_unit("资产规模万元") == "资产规模"
    assert strip_unit("美元资产") == "资产"


def test_a_line_above_the_table_states_units() -> None:
    assert units_in_lines(["客户表", "单位：万元"])["money"].unit.text == "万元"  # type: ignore[union-attr]
    assert units_in_lines(["币种：美元  单位：万元"])["money"].unit.text == "USD 万"  # type: ignore[union-attr]
    both = units_in_lines(["单位：万元/万股"])
    assert both["money"].unit.text == "万元" and both["count"].unit.text == "万股"  # type: ignore[union-attr]
    assert units_in_lines(["货币：ZAR"])["money"].unit is None
    assert units_in_lines(["工作单位：某某公司", "填报单位：某营业部"]) == {}


@pytest.mark.parametrize(
    ("cell", "unit", "yuan"),
    [
        ("500", "万元", "5000000"),
        ("1200.5", "万元", "12005000"),
        ("1,200.5", "万元", "12005000"),
        ("500万", "万元", "500万"),
        ("1亿元", "万元", "1亿元"),
        ("(5)", "万元", "-50000"),
        ("-5", "千元", "-5000"),
        ("五十", "万元", "500000"),
        ("5", "%", "5%"),
        ("0.05", "%", "0.05%"),
        ("5%", "%", "5%"),
        ("5", "‰", "0.5%"),
        ("50", "bp", "0.5%"),
        ("0.05", "小数", "5%"),
        ("12", "手", "1200"),
        ("3", "万股", "30000"),
        ("待定", "万元", "待定"),
        ("", "万元", ""),
    ],
)
def test_cells_are_brought_to_the_unit_of_the_desk(cell: str, unit: str, yuan: str) -> None:
    assert to_desk_unit(cell, read_unit(unit), {}) == yuan


def test_foreign_money_is_converted_at_a_stated_rate_or_keeps_its_mark() -> None:
    assert to_desk_unit("500", read_unit("USD 千"), {}) == "USD 500000"
    assert to_desk_unit("500", read_unit("USD 千"), {"USD": Decimal("7.1")}) == "3550000"
    assert to_desk_unit("US$1,000", None, {"USD": Decimal("7.1")}) == "7100"
    assert to_desk_unit("US$1,000", None, {}) == "US$1,000", "what the file says is what the refusal shows"
    assert to_desk_unit("$1,000", None, {"USD": Decimal("7.1")}) == "$1,000", "a lone $ may be of Hong Kong"
    assert to_desk_unit("US$500", read_unit("万元"), {"USD": Decimal("7.1")}) == "US$500", "of what are there 500?"


@pytest.mark.parametrize(
    ("code", "written", "shown"),
    [
        ("00000000", "123", "00000123"),
        ('"A"00000', "12345", "A12345"),
        ('0"万"', "500", "500万"),
        ('#,##0.00"万元"', "1200.5", "1200.5万元"),
        ("[$HK$-C04]#,##0", "3000", "HK$3000"),
        ('"US$"#,##0.00', "3000", "US$3000"),
        ("[$€-2] #,##0", "100", "€100"),
        ("0.00%", "1.5", "150%"),
        ("0%", "0.05", "5%"),
        ("000-0000-0000", "13800138000", "138-0013-8000"),
        ('0"岁"', "35", "35岁"),
    ],
)
def test_a_number_is_read_as_its_cell_shows_it(code: str, written: str, shown: str) -> None:
    read = read_format(code)
    assert read is not None and read.show(written) == shown


@pytest.mark.parametrize(
    "code",
    ["General", "yyyy-mm-dd", "¥#,##0.00", "0", "#,##0", '0!.0,"万"', "0.00E+00", "[$-409]d-mmm-yy", "@", '#,##0"元"'],
)
def test_a_format_that_says_nothing_more_leaves_the_number(code: str) -> None:
    assert read_format(code) is None

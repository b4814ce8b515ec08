"""Values are read as people write them, and refused where they are ambiguous."""

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dakehu.foundation.base.contact_parsing import split_contacts
from dakehu.foundation.base.parsing import (
    Unreadable,
    to_bool,
    to_date,
    to_datetime,
    to_decimal,
    to_integer,
    to_rate,
    to_text,
)

DAY = date(2023, 1, 15)


@pytest.mark.parametrize(
    "written",
    [
        "2023-01-15",
        "2023-1-15",
        "2023/1/15",
        "2023.01.15",
        "20230115",
        "2023年1月15日",
        "2023 年 1 月 15 日",
        "2023-01-15",
        "二〇二三年一月十五日",
        "15/01/2023",
        "01/15/2023",
        "2023-01-15 10:30",
        "2023-01-15T10:30:00",
        "44941",
        44941,
        DAY,
        datetime(2023, 1, 15, 23, 59),
    ],
)
def test_a_day_is_understood_however_it_is_written(written):
    assert to_date(written) == DAY


@pytest.mark.parametrize(
    "written", ["2023-13-01", "2023-02-30", "昨天", "2023年1月", "1月15日", "03/04/2023", "", "n/a"]
)
def test_a_day_that_is_none_or_could_be_two_is_refused(written):
    with pytest.raises(Unreadable) as refusal:
        to_date(written)
    assert refusal.value.expected_zh
    assert refusal.value.expected_en


def test_day_or_month_first_is_refused_with_both_readings():
    with pytest.raises(Unreadable) as refusal:
        to_date("03/04/2023")
    assert refusal.value.suggestion == "2023-03-04 / 2023-04-03"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2023-01-15 14:30", (14, 30)),
        ("2023年1月15日 下午2点30分", (14, 30)),
        ("2023-01-15 2:30 PM", (14, 30)),
        ("2023/1/15 上午9点", (9, 0)),
        ("2023-01-15 晚上8点半", (20, 30)),
        ("2023-01-15", (0, 0)),
        ("2023-01-15 周日 10:00", (10, 0)),
    ],
)
def test_a_time_of_day_is_understood(written, meant):
    assert to_datetime(written) == datetime(2023, 1, 15, *meant)


def test_noon_is_in_the_day_and_a_midnight_that_could_be_two_is_refused():
    assert to_datetime("2023-01-15 中午1点").hour == 13
    assert to_datetime("2023-01-15 中午12点").hour == 12
    assert to_datetime("2023-01-15 凌晨12点30分") == datetime(2023, 1, 15, 0, 30)
    with pytest.raises(Unreadable):
        to_datetime("2023-01-15 晚上12点")


def test_a_time_with_its_offset_keeps_it():
    assert to_datetime("2026-01-05T10:00:00+08:00").utcoffset().total_seconds() == 8 * 3600


@pytest.mark.parametrize(
    "written",
    [
        "1000000",
        "1,000,000",
        "1,000,000.00",
        "¥1,000,000",
        "¥1,000,000",
        "1000000元",
        "人民币100万元",
        "100万",
        "100 万",
        "一百万",
        "0.01亿",
        "1000K",
        "100w",
        "1M",
        "100,0000",
        "1.0e6",
        "1000000",
        1000000,
        1000000.0,
        Decimal("1000000"),
    ],
)
def test_a_million_is_a_million_however_it_is_written(written):
    assert to_decimal(written) == 1_000_000


@pytest.mark.parametrize(
    ("written", "meant"), [("(1,234)", -1234), ("-12.5", "-12.5"), ("壹拾贰", 12), ("三千五百", 3500)]
)
def test_other_numbers(written, meant):
    assert to_decimal(written) == Decimal(meant)


@pytest.mark.parametrize("written", ["一些", "1.234,56", "12,34", "--", "1e999x", True, "100万左右"])
def test_what_is_no_number_or_an_ambiguous_one_is_refused(written):
    with pytest.raises(Unreadable):
        to_decimal(written)


@pytest.mark.parametrize("written", ["5%", "每年 5%", "年化5%", "5个点", "0.05", "5", 0.05, 5, "5 %", "5.00%"])
def test_a_rate_is_a_fraction(written):
    assert to_rate(written) == Decimal("0.05")


def test_a_bare_number_is_refused_as_a_rate_where_percent_is_not_understood():
    with pytest.raises(Unreadable):
        to_rate("5", bare_is_percent=False)


@pytest.mark.parametrize(("written", "meant"), [("35", 35), ("35岁", 35), (35.0, 35), ("3", 3)])
def test_whole_numbers(written, meant):
    assert to_integer(written) == meant


def test_half_a_year_of_age_is_refused():
    with pytest.raises(Unreadable):
        to_integer("3.5")


@pytest.mark.parametrize(
    ("written", "meant"), [("是", True), ("√", True), ("Y", True), ("否", False), ("×", False), (True, True)]
)
def test_ticks_and_crosses(written, meant):
    assert to_bool(written) is meant


def test_text_loses_what_is_invisible_and_keeps_chinese_punctuation():
    assert to_text("\ufeff 张三,35 \u200b") == "张三,35"
    assert to_text("咨询\uff0c\uff21股\u3002") == "咨询\uff0cA股\u3002"
    assert to_text('="000001"') == "000001"
    assert to_text(12345.0) == "12345"


def test_a_cell_with_several_contacts_is_taken_apart():
    assert split_contacts("手机号码:138xxxxxx88 电子邮件:zhangsan@example.com") == [
        ("mobile", "138xxxxxx88"),
        ("mail", "zhangsan@example.com"),
    ]
    assert split_contacts("13800001234/021-58881234;微信:abc_12345") == [
        ("mobile", "13800001234"),
        ("landline", "021-58881234"),
        ("wechat", "abc_12345"),
    ]
    assert split_contacts("手机\uff1a13800001234\uff0c邮箱\uff1aa@b.cn") == [
        ("mobile", "13800001234"),
        ("mail", "a@b.cn"),
    ]
    assert split_contacts("请见名片") == []


@given(st.dates(min_value=date(1901, 1, 1)))
def test_every_day_survives_being_written_and_read(day):
    for written in (day.isoformat(), f"{day.year:04d}年{day.month}月{day.day}日", day.strftime("%Y%m%d").zfill(8)):
        assert to_date(written) == day


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_every_sum_survives_being_written_and_read(amount):
    assert to_decimal(f"¥{amount:,}" if amount >= 0 else f"({-amount:,})") == amount


@given(st.text())
def test_no_text_breaks_a_reader(text):
    for read in (to_date, to_datetime, to_decimal, to_rate, to_integer, to_bool):
        with suppress(Unreadable):
            read(text)
    to_text(text)
    split_contacts(text)


@pytest.mark.parametrize("text", ["1e30000000", "1e400", "一万五", "一二三", "万", "百", "--5", "((5))", "١٢"])
def test_a_number_that_has_no_end_or_two_readings_is_refused(text):
    with pytest.raises(Unreadable):
        to_decimal(text)
    with pytest.raises(Unreadable):
        to_integer(text)


@pytest.mark.parametrize("text", ["二〇二三年十十月一日", "二〇二三年十三月一日"])
def test_a_month_that_is_none_is_refused_in_chinese_numerals_too(text):
    with pytest.raises(Unreadable):
        to_date(text)


@pytest.mark.parametrize("text", ["110101198001011234", "6222021380000123456"])
def test_an_id_or_card_number_holds_no_telephone_number(text):
    assert split_contacts(text) == []

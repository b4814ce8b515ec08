"""Days and amounts as people write them: read where they are unambiguous, else refused with the actual reason."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dakehu.foundation.base.date_parsing import find_order, to_date
from dakehu.foundation.base.number_parsing import ForeignMoney, to_decimal
from dakehu.foundation.base.text_parsing import Unreadable

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    "text",
    [
        "2023.1.5",
        "2023/1/5 0:00",
        "20230105",
        "5-Jan-23",
        "Jan 5, 2023",
        "5 January 2023",
        "44931",
        "2023年1月5号",
        "2023-1-5 上午9:00",
        "2023、1、5",
        "２０２３－０１－０５",
        "20230105.0",
        "二〇二三年一月五日",
        "2023/01/05 星期四",
    ],
)
def test_a_day_that_says_one_thing_is_read(text: str) -> None:
    assert to_date(text) == date(2023, 1, 5)


def test_order_of_day_and_month_follows_from_the_cells_that_leave_no_choice() -> None:
    assert to_date("26-02-2018 19:58") == date(2018, 2, 26)
    assert to_date("2/26/2018 19:58") == date(2018, 2, 26)
    assert find_order(["01/02/2023", "13/02/2023"]) == "dmy"
    assert find_order(["01/02/2023", "02/13/2023"]) == "mdy"
    assert find_order(["01/02/2023", "13/02/2023", "02/13/2023"]) == "", "both orders in one column settle nothing"
    assert to_date("01/02/2023", order="dmy") == date(2023, 2, 1)
    assert to_date("01/02/2023", order="mdy") == date(2023, 1, 2)
    with pytest.raises(Unreadable, match="day or month"):
        to_date("01/02/2023")


def test_an_instant_is_the_day_in_the_zone_of_the_desk() -> None:
    assert to_date("1990-03-06T16:00:00.000Z", zone=SHANGHAI) == date(1990, 3, 7)
    assert to_date("1990-03-07T00:00:00+08:00", zone=SHANGHAI) == date(1990, 3, 7)
    assert to_date("1990-03-06 20:00:00-05:00", zone=SHANGHAI) == date(1990, 3, 7)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("23年1月5日", "年份只有两位"),
        ("九〇年三月七日", "年份只有两位"),
        ("90.3.7", "年份只有两位"),
        ("1990年3月", "哪一日"),
        ("民国79年3月7日", "公历"),
        ("1990-3-7（农历）", "农历"),
        ("0000-00-00", "不是存在的日期"),
        ("1990-3-7 某时", "无法识别"),
    ],
)
def test_a_day_that_cannot_be_read_is_refused_as_a_day(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        to_date(text)
    assert reason in refused.value.reason_zh and "14:30" not in refused.value.expected_zh


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12万5千", "125000"),
        ("1亿2000万", "120000000"),
        ("1千5百万", "15000000"),
        ("12万5000", "125000"),
        ("1,000.00-", "-1000"),
        ("（1,000）", "-1000"),
        ("壹佰万元整", "1000000"),
        ("人民币壹佰贰拾万元整", "1200000"),
        ("￥1，000，000", "1000000"),
        ("1.2亿元", "120000000"),
        ("1 000 000", "1000000"),
        ("5,000元人民币", "5000"),
        ("2.5E+06", "2500000"),
    ],
)
def test_a_sum_that_says_one_thing_is_read(text: str, amount: str) -> None:
    assert to_decimal(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("约100万", "约数"),
        ("100万+", "约数"),
        ("1000万以上", "约数"),
        ("＞1000万", "约数"),
        ("100多万", "约数"),
        ("50-100万", "区间"),
        ("10万-20万元", "区间"),
        ("1000000元/年", "按期"),
        ("100%", "百分比"),
        ("1234567,89", "逗号"),
        ("1.000.000", "分位"),
        ("5,00,000", "分位"),
    ],
)
def test_a_sum_that_is_not_exact_is_refused_with_that_reason(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        to_decimal(text)
    assert reason in refused.value.reason_zh


def test_a_likely_reading_is_offered() -> None:
    for text, offered in (("1234567,89", "1234567.89"), ("1.000.000", "1000000"), ("12万5", "12万5千")):
        with pytest.raises(Unreadable) as refused:
            to_decimal(text)
        assert refused.value.suggestion == offered


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("US$1,000", "USD", "1000"),
        ("HKD 5,000,000", "HKD", "5000000"),
        ("$50,000", "$", "50000"),
        ("€2000", "EUR", "2000"),
        ("HK$3000", "HKD", "3000"),
        ("USD 700", "USD", "700"),
        ("港币500万", "HKD", "5000000"),
        ("JPY 100000", "JPY", "100000"),
        ("100万美元", "USD", "1000000"),
        ("-$5", "$", "-5"),
    ],
)
def test_money_of_another_country_is_never_a_bare_number(text: str, currency: str, amount: str) -> None:
    with pytest.raises(ForeignMoney) as refused:
        to_decimal(text)
    assert (refused.value.currency, refused.value.amount) == (currency, Decimal(amount))
    assert "不是人民币" in refused.value.reason_zh

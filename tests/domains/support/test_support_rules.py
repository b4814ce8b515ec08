"""Personal numbers are found in a text, working time is computed, and the nearest answer is first."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from dakehu.domains.support.client_data import rules as client_data
from dakehu.domains.support.suggestions.ranking import Document, rank
from dakehu.domains.support.tickets import rules
from dakehu.foundation.search.text import tokens

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("客户电话13912345678打不通", ["13912345678"]),
        ("回拨 +86 139-1234-5678", ["139-1234-5678"]),
        ("全角１３９１２３４５６７８", ["13912345678"]),
        ("证件11010519491231002X报错", ["11010519491231002X"]),
        ("证件110105194912310021报错", []),  # its check digit is wrong
        ("卡号6222 0200 1234 5678 902", []),  # as above
        ("卡号 4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        ("金额 13912345678.55 元", []),
        ("第 20261129 号请求，0.3.0 版，共 1000000 行", []),
    ],
)
def test_numbers_of_persons_are_found_and_other_figures_left_alone(text, found):
    assert [number for number, _ in client_data.numbers_in(text)] == found


def test_every_run_of_characters_and_capitalised_words_may_be_a_name():
    names = client_data.possible_names("给张三丰打电话时 Mary Smith 在")
    assert {"张三", "张三丰", "Mary Smith"} <= set(names) and "三" not in names
    assert client_data.possible_codes("DK000001 与 abc、12") == ["DK000001"]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/clients/17/plan?q=张三", "/clients/*/plan"),
        ("/clients/abc/", "/clients/*/"),
        ("/clients/?text=13912345678", "/clients/"),
        ("/rows/clients.list#x", "/rows/*"),
        ("//elsewhere/", ""),
        ("https://elsewhere/", ""),
        ("", ""),
    ],
)
def test_the_address_of_a_page_says_nothing_of_a_client(address, shown):
    assert client_data.bare_page(address) == shown


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("begin", "end", "minutes"),
    [
        (at(24, 10), at(24, 11, 30), 90),
        (at(24, 16), at(25, 10), 120),
        (at(27, 16, 30), at(30, 9, 30), 60),  # over a weekend
        (at(28, 10), at(29, 12), 0),  # within it
        (at(24, 6), at(24, 20), 480),
        (at(24, 20), at(24, 21), 0),
    ],
)
def test_only_working_hours_of_working_days_count(begin, end, minutes):
    assert rules.working_minutes(begin, end, lambda day: date.weekday(day) < 5) == minutes


def test_the_median_of_nothing_is_unknown():
    assert (rules.median([]), rules.median([7]), rules.median([9, 1, 4]), rules.median([1, 4])) == (None, 7, 4, 2)


@pytest.mark.parametrize(
    ("state", "asker", "support"),
    [
        ("open", {"solve"}, {"answer", "close"}),
        ("answered", {"solve", "reopen"}, {"answer", "close", "reopen"}),
        ("solved", {"reopen"}, {"reopen"}),
        ("closed", {"reopen"}, {"reopen"}),
    ],
)
def test_who_may_take_which_step(state, asker, support):
    assert rules.steps_for(state, True, False) == asker
    assert rules.steps_for(state, False, True) == support
    assert rules.steps_for(state, False, False) == set()


TITLES = (
    "如何导入对账单",
    "如何导出客户名单",
    "怎样撤销一次导入",
    "登录时收不到验证码",
    "怎么设置提醒时间",
    "How to import a statement",
)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("对账单导入后数量不对怎么办", "如何导入对账单"),
        ("對帳單導入", "如何导入对账单"),
        ("我导错了，能撤销吗", "怎样撤销一次导入"),
        ("验证码没有收到", "登录时收不到验证码"),
        ("importing statements", "How to import a statement"),
    ],
)
def test_the_nearest_answer_comes_first(question, first):
    found = rank(question, [Document(title, tokens(title)) for title in TITLES])
    assert found[0] == first and len(found) < len(TITLES)


@pytest.mark.parametrize("question", ["", "？", "天气", "zzz qqq"])
def test_nothing_near_suggests_nothing(question):
    assert rank(question, [Document(title, tokens(title)) for title in TITLES]) == []

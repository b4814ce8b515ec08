"""The demonstration: what a new user sees after `make demo`."""

import re
import stat
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest

from dakehu.domains.clients import queries as clients
from dakehu.domains.team import queries as team
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask
from dakehu.interfaces.cli import demo
from dakehu.interfaces.cli.example import EXAMPLE, EXAMPLE_DAY, OWN_TABLE, market, write_book, write_own_table
from dakehu.interfaces.cli.example.book import NOTICE, sheets_of
from dakehu.interfaces.cli.example.conversations import CORPORATE, PERSON_TALKS
from dakehu.interfaces.cli.example.people import STAFF
from tests.cast import acting, as_system

PARTS = ["基本信息", "投资历史", "客户服务记录", "需求与偏好", "定期跟进计划"]


def test_the_kept_example_is_what_the_generator_makes(tmp_path):
    kept = demo.EXAMPLES / EXAMPLE
    assert kept.read_bytes() == write_book(tmp_path / "again.xlsx", EXAMPLE_DAY).read_bytes(), (
        "run scripts/make_example.py"
    )
    assert kept.stat().st_size < 1_000_000


def test_the_kept_table_of_one_manager_is_what_the_generator_makes_and_names_no_colleague(tmp_path):
    kept = demo.EXAMPLES / OWN_TABLE
    assert kept.read_bytes() == write_own_table(tmp_path / "again.xlsx", EXAMPLE_DAY).read_bytes(), (
        "run scripts/make_example.py"
    )
    book = openpyxl.load_workbook(kept, read_only=True)
    heads = {cell for sheet in book for cell in next(sheet.iter_rows(min_row=2, max_row=2, values_only=True))}
    assert book.sheetnames == PARTS and not heads & {"客户经理", "营业部", "服务人员", "负责人"}


def test_every_sheet_says_first_that_it_is_invented():
    book = openpyxl.load_workbook(demo.EXAMPLES / EXAMPLE, read_only=True)
    assert book.sheetnames == PARTS
    for sheet in book:
        assert NOTICE in next(sheet.iter_rows(max_row=1, values_only=True))[0]


def test_nobody_real_can_be_meant():
    for row in sheets_of(EXAMPLE_DAY)["基本信息"]:
        assert re.search(r"1\d\d0000\d{4}", row["联系方式"]) and "@example.com" in row["联系方式"]
        if row["客户类型"] == "个人":
            assert row["证件号码"][2:6] == "0000"


def test_no_sentence_promises_a_return_and_there_are_sixty_of_them():
    said = {row[2] for row in (*PERSON_TALKS, *CORPORATE)}
    assert len(said) >= 60
    spoken = " ".join(text for row in (*PERSON_TALKS, *CORPORATE) for text in row[2:])
    assert not re.search(r"保证收益|稳赚|(?<!不)保本|无风险|必涨|承诺收益", spoken)


def test_the_story_can_be_told_as_of_any_day():
    day = date(2027, 3, 1)
    result = sheets_of(day)
    assert all(row["沟通时间"].date() < day for row in result["客户服务记录"])
    due = [row["计划日期"] for row in result["定期跟进计划"] if row["状态"] == "待跟进"]
    assert min(due) < day < max(due) and day in due


@pytest.fixture
def brokerage(db, tmp_path):
    table = tmp_path / "sign-ins.txt"
    return demo.prepare(table), table


def test_a_newcomer_finds_a_living_brokerage(brokerage):
    report, table = brokerage
    assert report["imported"] and report["errors"] == 0 and report["parts"]["clients"]["created"] == 300
    assert stat.S_IMODE(table.stat().st_mode) == 0o600
    sign_ins = table.read_text("utf-8")
    assert [m.username for m in STAFF if m.username not in sign_ins] == []
    lin, zhou = team.find_user("lin"), team.find_user("zhou")
    password = re.search(r"Password: (\S+)", sign_ins)[1]
    assert lin.check_password(password) and not lin.must_change
    with acting(lin):
        mine = clients.clients().count()
        today = ask("service.today_list", {})
        assert 40 <= mine < 70 and today  # her own, and those of the colleague whose deputy she is
        assert clients.upcoming_dates(days=14)
    with acting(zhou):
        assert clients.clients().count() > mine
    with acting(team.find_user("he")):
        assert clients.clients().count() == 300 + 2  # one was added twice, one requested deletion
        assert clients.clients().filter(walled=True).count() == 2  # one walled, one requested deletion
    with as_system():
        assert {str(u.role) for u in team.users()} == {"manager", "lead", "compliance", "analyst", "admin"}
    # A second run is refused on a desk that has users.
    with pytest.raises(Refused, match="DAKEHU_HOME"):
        demo.prepare(table)


def test_the_invented_trades_reconcile_and_sell_nothing_that_is_not_held():
    days = [day for day in (date(2024, 11, 20) + timedelta(n) for n in range(700)) if day.weekday() < 5]
    held: Counter[tuple[str, str]] = Counter()
    for row in market.statement(days, EXAMPLE_DAY):
        fees = sum(Decimal(row[name]) for name in ("佣金", "印花税", "过户费"))
        bought = row["买卖标志"] == "证券买入"
        amount = Decimal(row["成交金额"])
        assert Decimal(row["发生金额"]) == (-amount - fees if bought else amount - fees)
        held[row["客户号"], row["证券代码"]] += row["成交数量"] if bought else -row["成交数量"]
        assert held[row["客户号"], row["证券代码"]] >= 0

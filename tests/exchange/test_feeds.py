"""A daily file of the counter system: recognised, checked, stored; late, repeated, corrected, broken, undone."""

from datetime import date

import pytest
from openpyxl import Workbook

from dakehu.domains.ledger.feeds import reader
from dakehu.domains.ledger.models import DailyBalance, FeedFile, Product, SecurityCode
from dakehu.exchange.imports.service import run_import
from dakehu.exchange.mapping.choices import Choices
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs import events
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
FRI, MON, TUE = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)
HEAD = "客户号,资金余额,证券市值,总资产,转入金额\n"


@pytest.fixture(autouse=True)
def own_home(tmp_path, settings):
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()


@pytest.fixture
def file(tmp_path):
    """Write a text as a file and import it as the system."""

    def write(text, name="日终资产_20261123.csv", **how):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        with as_system():
            return run_import(path, **how)

    return write


def totals(day=MON):
    with as_system():
        return reader.frame("balances", day, ["total"])["total"].to_list()


def test_a_file_is_recognised_by_its_headings_and_dated_by_its_name(file, zhang, qian):
    report = file(HEAD + "C0001,100.5,200,300.50,\nC0002,1,2,3,7\n")
    assert (report["kind"], report["feed"], report["day_from"], report["first_day"]) == (
        "feed",
        "balances",
        "name",
        "2026-11-23",
    )
    assert (report["created"], report["errors"], report["imported"]) == (2, 0, True)
    assert totals() == [300.5, 3.0]
    with as_system():
        row = FeedFile.objects.get()
        assert (row.rows, row.source, row.batch) == (2, "日终资产_20261123.csv", report["batch"])


def test_a_dry_run_writes_nothing(file, zhang):
    report = file(HEAD + "C0001,1,2,3,\n", dry_run=True)
    assert report["created"] == 1 and report["batch"] is None
    assert totals() == []


def test_a_repeated_file_changes_nothing_and_says_so(file, zhang):
    file(HEAD + "C0001,1,2,3,\n")
    report = file(HEAD + "C0001,1.00,2,3,\n")
    assert (report["created"], report["unchanged"], report["written_days"], report["same_days"]) == (0, 1, 0, 1)


def test_a_corrected_file_replaces_the_day(file, zhang, qian):
    file(HEAD + "C0001,1,2,3,\nC0002,1,2,3,\n")
    report = file(HEAD + "C0001,1,2,4,\n")
    assert (report["updated"], report["unchanged"], report["removed"]) == (1, 0, 1)
    assert totals() == [4.0]


def test_a_late_file_is_taken_and_says_which_day_came(file, zhang, monkeypatch):
    said = []
    monkeypatch.setitem(events.REACTIONS, "ledger.feed_imported", ["test.feed"])
    monkeypatch.setattr(events, "start", lambda kind, **payload: said.append(payload))
    file(HEAD + "C0001,1,2,300,\n", name="b_2026-11-24.csv")
    file(HEAD + "C0001,1,2,100,\n", name="b_2026-11-20.csv")
    assert [(one["feed"], one["day"], one["rows"]) for one in said] == [
        ("balances", "2026-11-24", 1),
        ("balances", "2026-11-20", 1),
    ]
    with as_system():
        row = DailyBalance.objects.get()
        assert (row.day, row.total, row.total_20) == (TUE, 300, 200)


def test_a_broken_file_is_refused_whole_with_place_value_and_remedy(file, zhang):
    report = file(HEAD + "C0001,1,2,三百多,\nC9999,1,2,3,\nC0001,,2,3,\n")
    assert (report["imported"], report["errors"]) == (False, 3)
    assert [(fault["cell"], fault["value"], fault["zh"]) for fault in report["faults"]] == [
        ("D2", "三百多", "三百多：不是金额"),
        ("A3", "C9999", "C9999：系统里没有这个客户号"),
        ("B4", "", "这一格必填，却是空的"),
    ]
    assert all(fault["remedy_zh"] and fault["remedy_en"] for fault in report["faults"])
    assert totals() == []


def test_faulty_rows_are_left_out_when_asked(file, zhang):
    report = file(HEAD + "C9999,1,2,3,\nC0001,1,2,3,\n", skip_errors=True)
    assert (report["imported"], report["errors"], report["created"]) == (True, 1, 1)
    assert totals() == [3.0]


def test_units_and_grouped_numbers_are_read_to_the_fen(file, zhang, qian):
    file('客户号,资金余额（万元）,证券市值,总资产\nC0001,1.23,"1,234.56",13534.56\nC0002,-0.5,0,5万\n')
    with as_system():
        rows = reader.frame("balances", MON, ["cash", "securities", "total"]).rows()
    assert rows == [(12300.0, 1234.56, 13534.56), (-5000.0, 0.0, 50000.0)]


def test_other_currencies_need_a_rate(file, zhang):
    text = "客户号,资金余额,证券市值,总资产,币种\nC0001,1,2,100,USD\n"
    assert file(text)["faults"][0]["zh"] == "1：是外币，没有给出汇率"
    assert file(text, choices=Choices(rates={"USD": "7.1"}))["imported"]
    assert totals() == [710.0]


def test_a_file_without_a_day_is_refused_until_somebody_says_it(file, zhang):
    with pytest.raises(Refused, match="--day"):
        file(HEAD + "C0001,1,2,3,\n", name="balances.csv")
    file(HEAD + "C0001,1,2,3,\n", name="balances.csv", choices=Choices(day="2026-11-23"))
    assert totals() == [3.0]


def test_a_file_of_several_days_becomes_a_file_for_each(file, zhang):
    rows = "20261120,C0001,1,2,3\n20261123,C0001,1,2,4\n"
    report = file("业务日期,客户号,资金余额,证券市值,总资产\n" + rows, name="history.csv")
    assert (report["days"], report["first_day"], report["last_day"]) == (2, "2026-11-20", "2026-11-23")
    assert totals(FRI) == [3.0] and totals(MON) == [4.0]


def test_two_rows_that_contradict_each_other_are_named_and_a_repeated_row_counts_once(file, zhang, qian):
    report = file(HEAD + "C0001,1,2,3,\nC0001,1,2,4,\nC0002,1,2,3,\nC0002,1,2,3,\n")
    assert [fault["row"] for fault in report["faults"]] == [2, 3]
    report = file(HEAD + "C0002,1,2,3,\nC0002,1,2,3,\n")
    assert (report["skipped"], report["created"]) == (1, 1)


def test_a_ratio_without_its_sign_is_asked_about(file, zhang):
    text = "客户号,合约编号,到期日期,合约负债,维持担保比例\nC0001,A1,2027-01-05,1000,{ratio}\n"
    assert file(text.format(ratio="156.3"))["faults"][0]["zh"].endswith("看来是百分数，但没有百分号")
    file(text.format(ratio="156.3%"))
    with as_system():
        assert reader.frame("margin_contracts", MON)["ratio"].to_list() == [pytest.approx(1.563)]
    file(text.format(ratio="156.4").replace("比例", "比例(%)"))
    with as_system():
        assert reader.frame("margin_contracts", MON)["ratio"].to_list() == [pytest.approx(1.564)]


def test_securities_are_found_by_code_and_classes_by_their_words(file):
    with as_system(), act("test.products"):
        product = Product(name="贵州茅台", kind="stock", currency="CNY", lot=1)
        product.save()
        SecurityCode(product=product, market="SH", code="600519").save()
    head = "证券代码,公告日期,公告类别,公告标题\n"
    report = file(head + "600519,2026-11-23,*ST,实施退市风险警示\n600520,2026-11-23,传闻,x\n")
    assert {(fault["cell"], fault["value"]) for fault in report["faults"]} == {("A3", "600520"), ("C3", "传闻")}
    file(head + "600519,2026-11-23,*ST,实施退市风险警示\n")
    with as_system():
        assert reader.frame("announcements", MON, ["product", "kind"]).rows() == [(product.pk, "st")]


def test_an_xlsx_with_other_headings_is_read_by_the_columns_that_a_person_names(tmp_path, zhang):
    book = Workbook()
    for row in (["编号", "A", "B", "C"], ["C0001", 1, 2, 3.5], ["合计", 1, 2, 3.5]):
        book.active.append(row)
    path = tmp_path / "x 2026-11-23.xlsx"
    book.save(path)
    columns = {"编号": "client", "A": "资金余额", "B": "securities", "C": "total"}
    with as_system():
        with pytest.raises(Refused, match="还缺"):
            run_import(path, choices=Choices(kind="feed", feed="balances"))
        report = run_import(path, choices=Choices(kind="feed", feed="balances", columns=columns))
        assert report["imported"] and totals() == [3.5]
        assert [rest["reason"] for rest in report["left_out"]] == ["total"]
        assert run_import(path)["unchanged"] == 1  # the column mapping of this source is stored


def test_an_import_taken_back_leaves_the_day_as_it_was(file, zhang):
    file(HEAD + "C0001,1,2,3,\n")
    second = file(HEAD + "C0001,1,2,4,\n")
    with as_system():
        perform("workbook.undo", {"batch": second["batch"]})
        assert totals() == [3.0] and DailyBalance.objects.get().total == 3


def test_a_manager_may_not_import_what_concerns_every_client(tmp_path, zhang, lin):
    path = tmp_path / "b_20261123.csv"
    path.write_text(HEAD + "C0001,1,2,3,\n", encoding="utf-8")
    with acting(lin), pytest.raises(NotAllowed, match="日终资产"):
        run_import(path)


def test_supervisory_notices_are_for_compliance_only(tmp_path, zhang, admin, he):
    path = tmp_path / "notices_20261123.csv"
    path.write_text(
        "客户号,提示类别,函件编号,收到日期,办理期限\nC0001,异常交易,1号,2026-11-23,2026-11-30\n", encoding="utf-8"
    )
    with acting(admin), pytest.raises(NotAllowed):
        run_import(path)
    with acting(he):
        assert run_import(path)["imported"]


def test_headings_that_fit_two_feeds_are_asked_about(file):
    with pytest.raises(Refused, match="--as-kind feed"):
        file("证券代码,事件类别,事件日期\n600519,到期,2026-11-23\n")


def test_a_file_that_was_cut_short_is_warned_of_before_it_is_taken(file, zhang, qian):
    file(HEAD + "C0001,1,2,3,\nC0002,1,2,3,\n", name="b_20261120.csv")
    report = file(HEAD + "C0001,1,2,3,\n", dry_run=True)
    assert [one["zh"] for one in report["warnings"]] == ["2026-11-23 只有 1 行，2026-11-20 有 2 行。"]


def test_a_client_may_be_named_in_a_feed_as_in_every_other_file(file, zhang, qian):
    heads = ("资金账号", "客户编号", "account no")
    for place, head in enumerate(heads, 1):
        report = file(f"{head},现金,证券市值,产品,资产总额\nC0001,1,2,0,{place}\nC0002,1,2,0,3\n", strict=True)
        assert (report["kind"], report["feed"], report["errors"]) == ("feed", "balances", 0), head
        assert totals() == [float(place), 3.0]

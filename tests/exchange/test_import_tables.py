"""Cases of tables, days and words once imported wrongly, with expected results, and further inputs of each kind."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dakehu.domains.ledger.models import Investment
from dakehu.foundation.gates import perform
from dakehu.interfaces.cli.main import main
from tests.cast import as_system
from tests.exchange.import_helpers import bring, clients, contacts, faults

__all__ = ["bring"]
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


# --- dates (A7) ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["04_1904_ext.xlsx", "04b_1904_plain.xlsx"])
def test_days_since_1904_are_read_whatever_wrote_them(bring: Any, case: str) -> None:
    assert bring(case)["created"] == 1
    assert clients("birth_on") == [date(1990, 3, 30)]


def test_an_instant_is_the_day_on_the_wall_of_the_desk(bring: Any) -> None:
    assert bring("09_utc_birth.csv")["created"] == 3
    assert clients("birth_on") == [date(1990, 3, 7)] * 3


def test_days_that_say_one_thing_are_read_and_the_others_refused_as_days(bring: Any) -> None:
    report = bring("13_dates.csv", "--skip-errors")
    read = {0, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 18, 20, 21, 22, 25}
    assert clients("name") == [f"客{n:02}" for n in sorted(read)]
    assert set(faults(report)) == {n + 2 for n in range(27)} - {n + 2 for n in read}
    assert not any("14:30" in text for text in faults(report).values())


def test_the_order_of_day_and_month_is_that_of_the_column(bring: Any) -> None:
    assert (
        bring("客户姓名,手机号码,出生日期\n张一,13800138001,03/07/1990\n李二,13800138002,25/12/1985\n")["created"] == 2
    )
    assert clients("birth_on") == [date(1990, 7, 3), date(1985, 12, 25)]


def test_an_order_that_nothing_settles_is_asked_once(bring: Any) -> None:
    text = "客户姓名,手机号码,出生日期\n张一,13800138001,03/07/1990\n李二,13800138002,05/12/1985\n"
    report = bring(text)
    assert not report["imported"] and len(faults(report)) == 2 and "先后不明" in faults(report)[2]
    assert bring(text, "--date-order", "mdy")["created"] == 2
    assert clients("birth_on") == [date(1990, 3, 7), date(1985, 5, 12)]


# --- nothing lost outside the table (A6) -----------------------------------------------------------


def test_a_cell_merged_downwards_counts_for_every_row(bring: Any) -> None:
    with as_system():
        perform(
            "team.add_user",
            {"username": "rm", "name": "经理甲", "role": "manager", "team": "东区一队", "password": "Correct-horse-9"},
        )
    assert bring("31_merged_segment.xlsx")["created"] == 3
    assert clients("name", "segment") == [("张一", "高净值"), ("李二", "高净值"), ("王三", "高净值")]


def test_a_sheet_of_names_mobiles_and_investments_makes_the_clients_too(bring: Any) -> None:
    report = bring("07_merged_down.xlsx")
    assert report["imported"] and clients("name") == ["张一", "李二"]
    with as_system():
        rows = Investment.objects.order_by("pk").values_list("client__name", "amount")
        assert list(rows) == [("张一", Decimal(100000)), ("张一", Decimal(200000)), ("李二", Decimal(300000))]


def test_a_sheet_on_its_side_is_read(bring: Any) -> None:
    assert bring("18a_transposed.xlsx")["created"] == 3
    assert clients("name", "assets") == [("张一", Decimal(100)), ("李二", Decimal(200)), ("王三", Decimal(300))]


def test_tables_side_by_side_are_two_tables(bring: Any) -> None:
    assert bring("18c_side_by_side.xlsx")["created"] == 2
    assert clients("name") == ["张一", "李二"]


def test_a_second_column_of_a_name_is_kept(bring: Any) -> None:
    assert bring("42_two_phones.csv")["created"] == 1
    assert sorted(contacts("张一")) == ["13800138001", "13900139001"]
    assert clients("remark") == ["甲；乙"]


def test_a_second_telephone_by_number_is_a_second_contact(bring: Any) -> None:
    assert bring("客户姓名,手机号码1,手机号码2,备用手机\n张一,13800138001,13900139001,13700137001\n")["created"] == 1
    assert len(contacts("张一")) == 3


def test_lines_under_a_table_are_no_clients_and_are_named(bring: Any) -> None:
    report = bring("36_footers.csv")
    assert report["created"] == 1 and clients("name") == ["张一"]
    named = [one for one in report["left_out"] if one["reason"] in ("total", "note")]
    assert sum(one["cells"] for one in named) == 15 and named[0]["sheet"]


def test_cells_outside_every_table_are_named_with_place_and_count(bring: Any) -> None:
    report = bring(
        [
            ["客户姓名", "手机号码", None, "经办", "说明"],
            ["张一", "13800138001", None, "甲", "乙"],
            [None, None, None, None, None],
            ["联系电话 010-62345678", None, None, None, None],
        ]
    )
    assert report["created"] == 1
    assert any(one["range"].startswith("A4") for one in report["left_out"])


def test_hidden_sheets_and_rows_are_named(bring: Any, tmp_path: Path, capsys: Any) -> None:
    book = openpyxl.Workbook()
    for row in (["客户姓名", "手机号码"], ["张一", "13800138001"], ["李二", "13800138002"]):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.create_sheet("旧").append(["客户姓名", "手机号码"])
    book["旧"].sheet_state = "hidden"
    book.save(tmp_path / "隐.xlsx")
    main(["import", str(tmp_path / "隐.xlsx"), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["created"] == 2
    reasons = {one["reason"] for one in report["left_out"]}
    assert reasons == {"hidden_sheet"} and any("隐藏" in warning["zh"] for warning in report["warnings"])


def test_a_table_without_headings_is_asked_about_and_can_be_read(bring: Any) -> None:
    asked = bring("41_noheader.csv")
    assert "表头" in json.dumps(asked, ensure_ascii=False) and clients("name") == []
    report = bring(
        "41_noheader.csv", "--header-row", "none", "--map", "A=客户姓名", "--map", "B=手机号码", "--map", "C=资产规模"
    )
    assert report["created"] == 3 and clients("assets") == [Decimal(1_000_000), Decimal(2_000_000), Decimal(3_000_000)]


# --- contents and words (A8, A9) -------------------------------------------------------------------


def test_a_heading_counts_only_where_its_content_fits(bring: Any) -> None:
    report = bring("客户姓名,手机号码,type\n张一,13800138001,Sale\n李二,13800138002,Purchase\n")
    assert report["created"] == 2 and report["errors"] == 0 and set(clients("kind")) == {"person"}


def test_sums_are_read_or_refused_with_their_true_reason(bring: Any) -> None:
    report = bring("14_amounts.csv", "--skip-errors")
    result = faults(report)
    reasons = {
        2: "约数",
        3: "约数",
        4: "区间",
        8: "百分比",
        9: "美元",
        13: "港币",
        14: "分位",
        15: "分位",
        18: "约数",
        19: "约数",
        24: "美元",
        25: "港币",
        28: "无法识别",
        32: "按期",
        33: "区间",
        7: "",
        16: "",
    }
    assert {row - 2 for row in result} == set(reasons)
    assert all(reason in result[n + 2] for n, reason in reasons.items())
    read = dict(clients("name", "assets"))
    assert read["客11"] == 125_000 and read["客20"] == 120_000_000 and read["客35"] == 15_000_000
    assert read["客22"] is None and read["客23"] is None


def test_telephones_are_read_kept_as_foreign_or_refused_with_their_remedy(bring: Any) -> None:
    report = bring("16_phones.csv", "--skip-errors")
    result = faults(report)
    assert set(result) == {3 + 2, 12 + 2, 13 + 2, 17 + 2, 18 + 2}
    assert "区号" in result[14] and "10位" in result[20] and "Excel" in result[5]
    assert (
        contacts("客06") == ["+852 91234567"]
        and contacts("客07") == ["+1 4155552671"]
        and contacts("客14") == ["+886 912345678"]
    )
    assert (
        contacts("客02") == ["13800138002"]
        and contacts("客08") == ["13800138008"]
        and contacts("客15") == ["13800138015"]
    )


def test_the_apostrophe_that_keeps_digits_is_no_part_of_them(bring: Any) -> None:
    assert bring("39_apostrophe.csv")["created"] == 2
    assert clients("code") == ["000123", "000124"] and contacts("李二") == ["13800138002"]


def test_a_decimal_comma_is_refused_with_the_likely_number(bring: Any) -> None:
    assert "1234567.89" in faults(bring("17b_semi_bom.csv"))[2]


def test_the_remedy_never_repeats_the_fault(bring: Any) -> None:
    for case in ("13_dates.csv", "14_amounts.csv", "16_phones.csv", "33_fx.csv", "30_id_trunc_valid.xlsx"):
        for fault in bring(case, "--dry-run")["faults"]:
            for language in ("zh", "en"):
                remedy = fault[f"remedy_{language}"]
                assert remedy and remedy not in fault[language] and remedy not in ("请改正这一格。", "Mend this cell.")


def test_an_empty_shared_string_is_empty(bring: Any) -> None:
    report = bring("05_empty_v.xlsx", "--skip-errors")
    assert report["created"] == 1 and clients("name") == ["张一"] and set(faults(report)) == {3}


def test_strict_workbooks_are_read(bring: Any) -> None:
    assert bring("06_strict.xlsx")["created"] == 1
    assert clients("birth_on") == [date(1990, 3, 7)]


@pytest.mark.parametrize(
    ("case", "names"),
    [
        ("17a_cr.csv", ["张一", "李二"]),
        ("17c_sep.csv", ["张一"]),
        ("17d_nl.csv", ["张一", "李二"]),
        ("17h_gb18030.csv", ["张䶮", "李𠮷"]),
    ],
)
def test_texts_of_every_kind_are_read(bring: Any, case: str, names: list[str]) -> None:
    bring(case)
    assert len(clients("name")) == len(names)

"""Rows at fault are corrected in place, checked again immediately and imported; the file stays unchanged."""

import csv
import io
import json

import pytest

from dakehu.domains.clients.models import Client
from dakehu.domains.ledger.models import Investment
from dakehu.exchange.imports import chunking, correction_grid, corrections, revalidation
from dakehu.exchange.imports import service as imports
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.imports import batches
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEADS = ["客户号", "客户姓名", "手机号码", "风险等级"]


def listed(*rows: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADS, *rows])
    return text.getvalue().encode()


def tried(content: bytes, name: str = "客户.csv"):
    pk = imports.open_upload(name, content).pk
    imports.start_dry_run(pk)
    jobs.run_due_jobs()
    return pk


def wrong(pk):
    return {(row["line"], f["index"]) for row in correction_grid.rows(batches.get_own(pk), 0) for f in row["faults"]}


def imported(pk):
    imports.start_apply(pk)
    jobs.run_due_jobs()
    return batches.report_of(batches.get_own(pk))


FAULTY = listed(
    ["A001", "李四", "13812345678", "稳健型"], ["A002", "王五", "123", "很高"], ["A003", "赵六", "", "很高"]
)


def test_a_mended_cell_is_weighed_at_once_and_imported_while_the_file_stays_as_it_came(lin):
    with acting(lin):
        pk = tried(FAULTY)
        assert wrong(pk) == {(3, 2), (3, 3), (4, 3)}
        assert [row["line"] for row in correction_grid.correct_cells(pk, 0, [(3, 2, "13912345678")])] == [3]
        assert wrong(pk) == {(3, 3), (4, 3)}
        correction_grid.correct_cells(pk, 0, [(3, 3, "C4"), (4, 3, "也不对")])
        assert wrong(pk) == {(4, 3)} and imported(pk)["imported"] is False
        correction_grid.correct_cells(pk, 0, [(4, 3, "")])
        report = imported(pk)
        assert (report["imported"], report["created"], report["mended"]) == (True, 3, 3)
        assert [c.risk_level for c in Client.objects.order_by("code")] == ["C3", "C4", ""]
        assert batches.content_of(batches.get_own(pk))[0] == FAULTY
    with as_system():
        entry = AuditEntry.objects.get(action="workbook.import")
        assert json.loads(entry.body)["note"]["mended"] == 3


def test_a_cell_put_back_is_as_it_came_and_wrong_again(lin):
    with acting(lin):
        pk = tried(FAULTY)
        row = correction_grid.correct_cells(pk, 0, [(3, 2, "13912345678")])[0]
        assert row["came"] == {2: "123"} and corrections.has_unchecked_corrections(batches.get_own(pk))
        row = correction_grid.correct_cells(pk, 0, [(3, 2, None)])[0]
        assert row["came"] == {} and row["cells"][2] == "123"
        assert wrong(pk) == {(3, 2), (3, 3), (4, 3)} and corrections.corrections_of(batches.get_own(pk)).count == 0


def test_one_value_is_replaced_in_every_row_at_fault_with_it(lin):
    with acting(lin):
        pk = tried(FAULTY)
        assert correction_grid.faulty_values(batches.get_own(pk), 0) == [(2, "123", 1), (3, "很高", 2)]
        assert correction_grid.replace_values(pk, 0, 3, "很高", "C5") == (2, False)
        assert wrong(pk) == {(3, 2)}


def test_where_more_is_wrong_than_is_listed_a_replacement_reaches_all_of_it_and_the_file_is_tried_again(
    lin, monkeypatch
):
    monkeypatch.setattr(chunking.run, "__kwdefaults__", {**chunking.run.__kwdefaults__, "limit": 1})
    with acting(lin):
        pk = tried(listed(["A001", "李四", "", "很高"], ["A002", "王五", "", "很高"], ["A003", "赵六", "", "C2"]))
        assert correction_grid.replace_values(pk, 0, 3, "很高", "C5") == (2, True)
        with pytest.raises(Refused, match="请等它结束"):
            correction_grid.correct_cells(pk, 0, [(2, 3, "C1")])
        jobs.run_due_jobs()
        assert wrong(pk) == set() and imported(pk)["created"] == 3


def test_a_mended_client_sets_right_what_other_sheets_say_of_them(lin, tmp_path):
    from tests.exchange.test_intake import book

    path = book(
        tmp_path / "t.xlsx",
        基本信息=[HEADS, ["A001", "李四", "", "很高"]],
        投资历史=[["客户号", "投资日期", "投资产品", "投资金额"], ["A001", "2023-01-15", "稳健一号", "100万"]],
    )
    with acting(lin):
        pk = tried(path.read_bytes(), "t.xlsx")
        assert sum(t["faults"] for t in correction_grid.tables(batches.get_own(pk))) == 2
        correction_grid.correct_cells(pk, 0, [(2, 3, "C2")])
        assert correction_grid.state_of(batches.get_own(pk)).in_all == 0
        assert imported(pk)["imported"] and Investment.objects.count() == 1


def test_in_a_long_file_only_what_was_touched_is_weighed_and_slices_import_it_as_mended(lin, monkeypatch):
    monkeypatch.setattr(chunking, "SLICE", 4)
    monkeypatch.setattr(revalidation, "WHOLE", 4)
    rows = [[f"P{n:03d}", f"王{n}", f"139{n:08d}", "C2"] for n in range(9)]
    rows[3][3] = rows[7][3] = "很高"
    with acting(lin):
        pk = tried(listed(*rows))
        row_evaluation = []
        whole = revalidation.dry_run.evaluate_sheet
        monkeypatch.setattr(
            revalidation.dry_run,
            "evaluate_sheet",
            lambda plan, read, *a, **k: row_evaluation.append(read[0].lines) or whole(plan, read, *a, **k),
        )
        correction_grid.correct_cells(pk, 0, [(5, 3, "C1")])
        assert row_evaluation == [[2, 3, 5]], "the touched row, beside two that keep it company"
        assert wrong(pk) == {(9, 3)}
        correction_grid.correct_cells(pk, 0, [(9, 3, "C1"), (9, 0, "P003")])
        assert wrong(pk) == {(9, 0)}, "the same client twice is seen across the file"
        correction_grid.correct_cells(pk, 0, [(9, 0, None)])
        monkeypatch.setattr(revalidation.dry_run, "evaluate_sheet", whole)
        report = imported(pk)
        assert (report["created"], report["mended"]) == (9, 2)
        assert Client.objects.filter(risk_level="C1").count() == 2


def test_nobody_else_sees_or_mends_it_and_nothing_outside_the_table_is_reached(lin, zhou):
    with acting(lin):
        pk = tried(FAULTY)
        for place in ((99, 2), (3, 50), (1, 0)):
            with pytest.raises(NotFound):
                correction_grid.correct_cells(pk, 0, [(*place, "x")])
    with acting(zhou), pytest.raises(NotFound):
        correction_grid.correct_cells(pk, 0, [(3, 2, "13912345678")])
    with acting(lin):
        correction_grid.correct_cells(pk, 0, [(3, 2, "13912345678"), (3, 3, "C1"), (4, 3, "C1")])
        imported(pk)
        with pytest.raises(Refused, match="不能再改"):
            correction_grid.correct_cells(pk, 0, [(3, 2, "1")])

"""A long file is imported in slices with the same result as in one pass."""

import csv
from pathlib import Path

import pytest
from django.db import connection

from dakehu.domains.clients.models import Client, Contact, Coverage
from dakehu.exchange.imports import apply, chunking
from dakehu.exchange.imports import service as imports
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs.progress import Cancelled
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEADS = ["客户号", "客户姓名", "手机号码", "资产规模"]


@pytest.fixture
def short_slices(monkeypatch):
    monkeypatch.setattr(chunking, "SLICE", 4)


def table(path: Path, *rows: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([HEADS, *rows])
    return path


def people(count: int) -> list[list[str]]:
    return [[f"P{n:03d}", f"王{'一二三四五六七八九十'[n % 10]}", f"139{n:08d}", str(n)] for n in range(count)]


def stored() -> list[tuple]:
    with as_system():
        own = Client.objects.filter(code__startswith="P").order_by("code")
        return [
            (
                c.code,
                c.name,
                c.pinyin,
                c.initials,
                c.assets,
                sorted(str(x.value) for x in Contact.objects.filter(client=c)),
                Coverage.objects.filter(client=c, until=None).count(),
            )
            for c in own
        ]


def test_slices_write_what_the_whole_would_and_undo_in_one_go(tmp_path, lin, monkeypatch):
    rows = people(11)
    rows.insert(3, rows[2])  # the same line twice
    rows.insert(7, ["P900", "李四", "123", "5"])  # at fault
    rows.append(["", "没有编号", "13700000000", ""])
    path = table(tmp_path / "长.csv", *rows)
    results = []
    for length in (4, 1000):
        monkeypatch.setattr(chunking, "SLICE", length)
        with acting(lin):
            report = imports.run_import(path, skip_errors=True)
            results.append((stored(), {k: v for k, v in report.items() if k not in ("batch", "samples")}))
            perform("workbook.undo", {"batch": report["batch"]})
        assert stored() == []
    assert results[0] == results[1]
    assert results[0][1]["created"] == 12 and results[0][1]["skipped"] == 1 and results[0][1]["errors"] == 1
    with as_system():
        assert AuditEntry.objects.filter(action="workbook.import").count() == 2


def test_a_fault_in_the_last_slice_leaves_nothing_of_the_first(tmp_path, lin, short_slices):
    path = table(tmp_path / "长.csv", *people(9), ["P900", "李四", "123", "5"])
    with acting(lin):
        report = imports.run_import(path)
        assert (report["imported"], report["errors"], report["faults"][0]["cell"]) == (False, 1, "C11")
        assert imports.run_import(path, dry_run=True)["created"] == 9
    assert stored() == []


def test_the_same_row_with_another_content_is_at_fault_however_far_apart(tmp_path, lin, short_slices):
    path = table(tmp_path / "长.csv", *people(12), ["p000", "王二", "", "7"], ["P000", "王三", "", "8"])
    with acting(lin):
        report = imports.run_import(path, dry_run=True)
    assert report["errors"] == 1 and report["faults"][0]["row"] == 15


def test_a_second_import_of_a_long_file_changes_nothing(tmp_path, lin, short_slices):
    path = table(tmp_path / "长.csv", *people(10))
    with acting(lin):
        assert imports.run_import(path)["created"] == 10
        before = stored()
        again = imports.run_import(path)
    assert (again["unchanged"], again["created"], stored()) == (10, 0, before)


def test_cancelling_between_slices_leaves_nothing(tmp_path, lin, short_slices):
    def stop(share: float, words: object = "") -> None:
        if share > 0.5:
            raise Cancelled

    with acting(lin), pytest.raises(Cancelled):
        imports.run_import(table(tmp_path / "长.csv", *people(12)), progress=stop)
    assert stored() == []


def test_postgresql_knows_how_many_clients_there_are_before_a_large_import_ends(lin, tmp_path, monkeypatch):
    monkeypatch.setattr(apply, "MANY", 3)
    with acting(lin):
        assert imports.run_import(table(tmp_path / "客户.csv", *people(3)))["created"] == 3
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'clients_client'")
            assert cursor.fetchone()[0] >= 3

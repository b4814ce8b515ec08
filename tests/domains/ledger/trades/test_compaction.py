"""Compaction: many small trade files become buckets of clients, without any effect on readers."""

import shutil
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import Bucket, Compaction, TradeBatch
from dakehu.domains.ledger.trades import compaction, journal, reader
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEAD = "成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号"
BUY = "20240105,000878,云南铜业,买入,10,1000,10000,-10005,5,0,0,1"
SELL = "20240108,000878,云南铜业,卖出,11,500,5500,5492.25,5,2.75,0,2"
FUND = "20240108,510500,500ETF,买入,5,100,500,-505,5,0,0,1"


def statement(folder: Path, name: str, *rows: str, head: str = HEAD) -> Path:
    path = folder / name
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    return path


@pytest.fixture
def dealt(tmp_path, settings, lin, wang, zhang, qian):
    """Zhang's trades in two files, Qian's in one; the numbers of their imports."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    with acting(lin):
        first = imports.run_import(statement(tmp_path, "买.csv", BUY), client="C0001")["batch"]
        second = imports.run_import(statement(tmp_path, "卖.csv", SELL), client="C0001")["batch"]
    with acting(wang):
        third = imports.run_import(statement(tmp_path, "钱.csv", FUND), client="C0002")["batch"]
    return first, second, third


def every_trade() -> pa.Table:
    with as_system():
        return reader.all_trades()


def compact() -> dict[str, int]:
    with as_system():
        return compaction.compact()


def test_compaction_changes_no_answer(dealt, lin, zhang, qian):
    before = every_trade()
    with acting(lin):
        asked = [ask("ledger.round_trips", {"client": "C0001"}), ask("ledger.trades", {"client": "C0001"})]
    report = compact()
    assert (report["files"], report["rows"], report["buckets"]) == (3, 3, 1)
    assert every_trade().equals(before)
    with acting(lin):
        assert [ask("ledger.round_trips", {"client": "C0001"}), ask("ledger.trades", {"client": "C0001"})] == asked
        assert reader.trades_of_clients([zhang.pk, qian.pk]).num_rows == 2  # Qian is Wang's, in a bucket as in a file


def test_a_second_compaction_with_nothing_new_writes_nothing(dealt):
    compact()
    files = sorted(path.name for path in journal.folder().iterdir())
    report = compact()
    assert (report["files"], report["written"]) == (0, 0)
    assert sorted(path.name for path in journal.folder().iterdir()) == files


def test_trades_that_come_later_join_the_bucket(dealt, tmp_path, lin):
    compact()
    with acting(lin):
        later = "20240109,000878,云南铜业,买入,12,100,1200,-1205,5,0,0,3"
        imports.run_import(statement(tmp_path, "后.csv", later), client="C0001")
    before = every_trade()
    assert before.num_rows == 4
    assert compact()["buckets"] == 1 and every_trade().equals(before)


def test_an_import_is_undone_after_compaction_and_may_come_again(dealt, tmp_path, lin):
    before = every_trade()
    compact()
    with acting(lin):
        perform("workbook.undo", {"batch": dealt[1]})
    assert every_trade().num_rows == 2
    with acting(lin):
        imports.run_import(statement(tmp_path, "卖.csv", SELL), client="C0001")
    again = every_trade()
    own = ["batch", "seq"]  # of the file, not of the trade
    assert again.drop_columns(own).equals(before.drop_columns(own))
    compact()
    assert every_trade().equals(again)


def test_an_import_undone_before_compaction_stays_undone(dealt, lin):
    with acting(lin):
        perform("workbook.undo", {"batch": dealt[0]})
    compact()
    assert every_trade().num_rows == 2


def test_the_same_statement_again_after_compaction_adds_nothing(dealt, tmp_path, lin):
    compact()
    with acting(lin):
        report = imports.run_import(statement(tmp_path, "再.csv", BUY, SELL), client="C0001")
    assert report["created"] == 0 and every_trade().num_rows == 3


def test_merging_two_records_moves_compacted_trades_and_taking_it_back_returns_them(dealt, lin, wang, zhang, qian):
    compact()
    with acting(lin):
        perform("clients.create", {"code": "C0009", "name": "张三三"})
        report = perform("clients.merge", {"client": "C0009", "other": "C0001"})
        heir = ask("ledger.trades", {"client": "C0009"})
        assert heir["count"] == 2
    before = every_trade()
    compact()
    assert every_trade().equals(before)
    with acting(lin):
        perform("workbook.undo", {"batch": report["batch"]})
        assert ask("ledger.trades", {"client": "C0001"})["count"] == 2
        assert ask("ledger.trades", {"client": "C0009"})["count"] == 0


def test_a_statement_of_many_clients_is_read_once_though_it_is_many_batches(dealt, tmp_path, lin):
    with acting(lin):
        perform("clients.create", {"code": "C0007", "name": "孙七"})
        rows = [f"C0001,{FUND[:-1]}71", f"C0007,{FUND[:-1]}72"]
        imports.run_import(statement(tmp_path, "多.csv", *rows, head="客户号," + HEAD))
    assert TradeBatch.objects.count() == 5 and TradeBatch.objects.values("file").distinct().count() == 4
    before = every_trade()
    assert before.num_rows == 5
    compact()
    assert every_trade().equals(before)


def test_buckets_are_cut_between_clients_never_within_one(dealt, monkeypatch):
    monkeypatch.setattr(compaction, "ROWS", 1)
    before = every_trade()
    assert compact()["buckets"] == 2
    assert [one.rows for one in Bucket.objects.order_by("first_client")] == [2, 1]
    assert every_trade().equals(before)


def test_many_files_are_taken_in_by_rounds_of_bounded_size(dealt, monkeypatch):
    monkeypatch.setattr(compaction, "AT_ONCE", 1)
    before = every_trade()
    monkeypatch.setattr(compaction, "ROWS", 1)
    monkeypatch.setattr(compaction, "CUT", 1)
    assert compact()["files"] == 3 and Compaction.objects.get().row_version == 1
    assert Bucket.objects.count() == 2 and not list(journal.folder().glob("compacting-*"))
    assert every_trade().equals(before)


def test_a_compaction_that_is_killed_leaves_all_as_it_was_and_is_made_again(dealt, monkeypatch):
    before, publish = every_trade(), compaction.publish

    def die(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(compaction, "publish", die)
    with pytest.raises(KeyboardInterrupt):
        compact()
    assert every_trade().equals(before) and not Bucket.objects.exists()
    assert list(journal.folder().glob("b-*"))  # written, but not referenced
    monkeypatch.setattr(compaction, "publish", publish)
    compact()
    assert every_trade().equals(before) and Bucket.objects.count() == 1


def test_of_two_compactions_at_once_the_second_is_refused(dealt, monkeypatch):
    inner = compaction._compact_files

    def overtaken(book):
        monkeypatch.setattr(compaction, "_compact_files", inner)
        compaction.compact()
        return inner(book)

    monkeypatch.setattr(compaction, "_compact_files", overtaken)
    before = every_trade()
    with as_system(), pytest.raises(Refused):
        compaction.compact()
    assert every_trade().equals(before)


def test_files_go_when_no_reader_can_need_them_any_more(dealt, monkeypatch, lin):
    before = every_trade()
    compact()
    assert len(list(journal.folder().glob("*.parquet"))) == 4  # a reader may still use the three
    monkeypatch.setattr(compaction, "SOON", timedelta(0))
    assert compact()["swept"] == 3
    assert len(list(journal.folder().glob("*.parquet"))) == 1 and every_trade().equals(before)
    with acting(lin):
        perform("workbook.undo", {"batch": dealt[0]})
    assert every_trade().num_rows == 2


def test_rows_no_undo_can_bring_back_leave_the_bucket(dealt, monkeypatch, lin):
    compact()
    with acting(lin):
        perform("workbook.undo", {"batch": dealt[0]})
    compact()  # from now on the batch is recorded as undone
    assert Bucket.objects.get().rows == 3
    day = clock.today() + compaction.LATE
    monkeypatch.setattr(clock, "today", lambda: day)
    compact()
    assert Bucket.objects.get().rows == 2 and every_trade().num_rows == 2


def test_a_damaged_list_of_marks_only_delays_the_sweep(dealt):
    compact()
    (journal.folder() / compaction.MARKS).write_text("{")
    assert compact()["swept"] == 0


def test_only_the_desk_compacts(dealt, lin):
    with acting(lin), pytest.raises(NotAllowed):
        compaction.compact()


def test_a_copy_of_the_journal_beside_the_register_is_all_there_is(dealt, settings, tmp_path):
    """The trades are nowhere else on disk: a backup needs the folder and the database."""
    compact()
    before = every_trade()
    shutil.copytree(journal.folder(), tmp_path / "copy" / "journal")
    settings.DAKEHU_HOME = tmp_path / "copy"
    assert every_trade().equals(before)


def test_the_nightly_close_compacts_first(dealt):
    with as_system(), pytest.raises(Refused):  # there are no prices
        close_run.close(day=clock.today())
    assert Bucket.objects.count() == 1

"""Two clients with the same statement are merged: its trades count once, and twice again after undo."""

from pathlib import Path

import pytest

from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.trades import compaction, reader
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEAD = "成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号"
BUY = "20240105,000878,云南铜业,买入,10,1000,10000,-10005,5,0,0,"
SELL = "20240108,000878,云南铜业,卖出,11,500,5500,5492.25,5,2.75,0,"
MORE = "20240109,000878,云南铜业,买入,12,100,1200,-1205,5,0,0,"


def statement(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return path


@pytest.fixture
def both(tmp_path, settings, lin, zhang):
    """C0001 and C0009, one person entered twice: both imported two equal fills and a sale, C0009 one more purchase."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    with acting(lin):
        perform("clients.create", {"code": "C0009", "name": "张三", "anyway": True})
        imports.run_import(statement(tmp_path, "甲.csv", BUY, BUY, SELL), client="C0001")
        imports.run_import(statement(tmp_path, "乙.csv", BUY, BUY, SELL, MORE), client="C0009")


def merged(lin, client="C0001", other="C0009"):
    with acting(lin):
        return perform("clients.merge", {"client": client, "other": other})["batch"]


def number_of_trades(lin, code):
    with acting(lin):
        return ask("ledger.trades", {"client": code})["count"]


def compact():
    with as_system():
        compaction.compact()


def test_a_trade_that_both_hold_counts_once_in_every_answer(both, lin):
    with acting(lin):
        whole = ask("ledger.round_trips", {"client": "C0009"})
    merged(lin)
    assert number_of_trades(lin, "C0001") == 4
    with acting(lin):
        assert ask("ledger.round_trips", {"client": "C0001"}) == whole
    with as_system():
        assert reader.all_trades().num_rows == 4
        assert len(close_inputs.arrays_for_close().quantity) == 4


def test_two_equal_fills_of_one_statement_stay_two(both, lin, zhang):
    merged(lin)
    with acting(lin):
        table = reader.trades_of_clients([zhang.pk])
    assert sorted(table["nth"].to_pylist()) == [1, 1, 1, 2]
    assert len(set(table["batch"].to_pylist())) == 2  # shared trades come from the older batch


def test_the_merge_taken_back_gives_each_its_own_again_whatever_was_compacted_meanwhile(both, lin):
    with as_system():
        before = reader.all_trades()
    batch = merged(lin)
    compact()
    assert number_of_trades(lin, "C0001") == 4
    with acting(lin):
        perform("workbook.undo", {"batch": batch})
    assert (number_of_trades(lin, "C0001"), number_of_trades(lin, "C0009")) == (3, 4)
    compact()
    with as_system():
        assert reader.all_trades().equals(before)


def test_the_statement_again_adds_nothing_to_whoever_remains_and_a_new_row_is_added(both, lin, tmp_path):
    merged(lin)
    with acting(lin):
        again = imports.run_import(statement(tmp_path, "丙.csv", BUY, BUY, SELL, MORE), client="C0001")
        assert (again["created"], again["unchanged"]) == (0, 4)
        assert imports.run_import(statement(tmp_path, "丁.csv", BUY, BUY, BUY), client="C0001")["created"] == 1
    assert number_of_trades(lin, "C0001") == 5


def test_the_preview_says_how_many_trades_will_count_once_in_the_readers_language(both, lin):
    with acting(lin):
        asked = {"client": "C0001", "other": "C0009"}
        assert ask("clients.merge_preview", asked)["remarks"] == [
            "两边都导入过的 3 笔成交，合并后只计一次；撤销合并后各归各位。"
        ]
        with in_language("en"):
            assert "3 trades stand in statements of both" in ask("clients.merge_preview", asked)["remarks"][0]


def test_nothing_is_said_where_nothing_is_held_twice(both, lin, qian, wang, zhou):
    with acting(lin):
        perform("clients.create", {"code": "C0010", "name": "张三", "anyway": True})
        assert ask("clients.merge_preview", {"client": "C0001", "other": "C0010"})["remarks"] == []

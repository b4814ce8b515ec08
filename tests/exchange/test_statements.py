"""A client's statement of trades: from the file to round trips, back again, and twice."""

import json
import runpy
from datetime import timedelta
from pathlib import Path

import pytest

from dakehu.domains.clients.models import Client
from dakehu.domains.ledger.models import Product, TradeBatch
from dakehu.domains.ledger.trades import compaction, journal, reader
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.cli.main import main
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

REAL = Path(__file__).parents[3] / "shared" / "data" / "cn_trade_statement" / "jiaogedan_2019_2020.csv"
HEAD = "成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号,股东代码"
BUY = "20240105,878,云南铜业,买入,10,1000,10000,-10005,5,0,0,1,0100000001"
SELL = "20240108,000878,云南铜业,卖出,11,-1000,11000,10989.5,5,5.5,0,2,0100000001"


def write(path: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding=encoding)
    return path


def trips(code: str) -> dict:
    return ask("ledger.round_trips", {"client": code})


def report(code: str) -> list[tuple]:
    """Return a client's trades as recorded in the journal, from any file."""
    with as_system():
        rows = reader.trades_of_clients([Client.objects.get(code=code).pk]).to_pylist()
    return [(r["asset"], r["day"], r["quantity"], r["net"], r["nth"]) for r in rows]


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/cn_trade_statement is not here")
def test_a_real_statement_tells_what_its_owner_reckoned(capsys):
    assert main(["import", str(REAL), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["created"], made["quarantined"], made["securities"], made["cash_effect"]) == (646, 0, 99, 1081.61)
    assert (
        main(["ask", "ledger.round_trips", f"client={made['client']}", "--json", "--reason", "the owner's figures"])
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert (found["count"], found["pnl"], found["fees"]) == (178, -4125.03, 9584.63)
    assert found["open_positions"] == [{"code": "002044", "market": "SZ", "name": "美年健康", "quantity": 300}]
    assert found["win_rate_by_name"] == 0.4242
    assert {(t["code"], t["market"]) for t in found["trips"]} >= {("000001", "SZ"), ("510500", "SH"), ("162411", "SZ")}
    again = intake_again(REAL)
    assert (again["created"], again["unchanged"], again["client"]) == (0, 646, made["client"])
    with as_system():
        perform("workbook.undo", {"batch": made["batch"]})
        assert not Client.objects.filter(code=made["client"]).exists() and not TradeBatch.objects.exists()


def intake_again(path: Path) -> dict:
    with as_system():
        return imports.run_import(path)


def test_a_statement_is_recognised_by_its_account_and_only_for_those_who_see_the_client(tmp_path, lin, wang, zhang):
    with acting(lin):
        first = imports.run_import(write(tmp_path / "一月.csv", BUY), client="C0001")
        second = imports.run_import(write(tmp_path / "二月.csv", BUY, SELL))
        assert (first["new_client"], second["client"], second["created"], second["unchanged"]) == (False, "C0001", 1, 1)
        assert trips("C0001")["pnl"] == 984.5
    with acting(wang), pytest.raises(Refused, match="范围"):
        imports.run_import(write(tmp_path / "别人的.csv", BUY, SELL))


def test_the_trades_of_a_client_out_of_sight_are_nobodys(tmp_path, lin, wang, an, zhang):
    with acting(lin):
        imports.run_import(write(tmp_path / "一月.csv", BUY, SELL), client="C0001")
    with acting(wang):
        assert reader.trades_of_clients([zhang.pk]).num_rows == 0
        with pytest.raises(Refused):
            trips("C0001")
        with pytest.raises(PermissionError):
            reader.all_trades()
    with acting(an):
        assert trips("C0001")["count"] == 1 and trips("C0001")["pnl"] is None


def of_client(code: str, row: str) -> str:
    return f"{row},{code}"


MANY = HEAD + ",客户号"


def test_one_file_brings_the_trades_of_many_clients_each_to_their_own(tmp_path, lin, zhang):
    with acting(lin):
        perform("clients.create", {"name": "钱四", "code": "C0004"})
    file = write(
        tmp_path / "全公司.csv", of_client("C0001", BUY), of_client("C0004", BUY), of_client("C0001", SELL), head=MANY
    )
    with acting(lin):
        tried = imports.run_import(file, dry_run=True)
        assert tried["created"] == 3 and not TradeBatch.objects.exists()
        made = imports.run_import(file)
        assert (made["clients"], made["created"], made["securities"]) == (2, 3, 1)
        assert made["cash_effect"] == -10005 * 2 + 10989.5
        assert (trips("C0001")["trades"], trips("C0004")["trades"]) == (2, 1)
        assert len(set(TradeBatch.objects.values_list("file", flat=True))) == 1
        again = imports.run_import(file)
        assert (again["created"], again["unchanged"]) == (0, 3)
        perform("workbook.undo", {"batch": made["batch"]})
    assert report("C0001") == report("C0004") == []


def test_a_client_of_a_file_of_many_takes_the_trades_along_when_merged(tmp_path, zhou, zhang):
    with acting(zhou):
        perform("clients.create", {"name": "张三(重)", "code": "C0004"})
        imports.run_import(write(tmp_path / "全公司.csv", of_client("C0001", BUY), of_client("C0004", SELL), head=MANY))
        perform("clients.merge", {"client": "C0001", "other": "C0004"})
        assert trips("C0001")["trades"] == 2
        again = imports.run_import(
            write(tmp_path / "又来.csv", of_client("C0001", BUY), of_client("C0004", SELL), head=MANY)
        )
        assert (again["created"], again["unchanged"]) == (0, 2)


def test_a_file_of_many_clients_is_refused_whole_where_one_is_not_ones_own_or_a_row_names_nobody(
    tmp_path, lin, wang, zhang
):
    with acting(wang):
        perform("clients.create", {"name": "王强的客户", "code": "C0003"})
    with acting(lin):
        with pytest.raises(Refused, match="C0003, C0009"):
            imports.run_import(
                write(
                    tmp_path / "混.csv",
                    of_client("C0001", BUY),
                    of_client("C0003", BUY),
                    of_client("C0009", BUY),
                    head=MANY,
                )
            )
        with pytest.raises(Refused, match="第 3 行"):
            imports.run_import(
                write(
                    tmp_path / "缺.csv", of_client("C0001", BUY), of_client("", BUY), of_client("C0002", BUY), head=MANY
                )
            )
    assert not TradeBatch.objects.exists()


def test_undo_takes_the_trades_back_and_leaves_the_product(tmp_path, lin, zhang):
    with acting(lin):
        first = imports.run_import(write(tmp_path / "一月.csv", BUY), client="C0001")
        imports.run_import(write(tmp_path / "二月.csv", BUY, SELL), client="C0001")
        perform("workbook.undo", {"batch": first["batch"]})
        assert [t["quantity"] for t in ask("ledger.trades", {"client": "C0001"})["rows"]] == [-1000]
    assert Product.objects.filter(name="云南铜业").exists()


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_statement_cut_in_two_is_the_whole_one(tmp_path, lin, zhang, qian, wang, cut):
    rows = [
        BUY,
        BUY.replace(",1,0100000001", ",7,0100000001"),
        SELL.replace("-1000", "-2000").replace("11000,10989.5", "22000,21984").replace("5.5", "11"),
        "20240108,600036,招商银行,买入,30,100,3000,-3005.03,5,0,0.03,3,A100000001",
        "20240109,600036,招商银行,卖出,31,-100,3100,3093.42,5,1.55,0.03,4,A100000001",
        "20240110,600036,招商银行,买入,30,100,3000,-3005.03,5,0,0.03,5,A100000001",
    ]
    shares = [r.replace("0100000001", "0200000002").replace("A100000001", "A200000002") for r in rows]
    with acting(lin):
        imports.run_import(write(tmp_path / "全.csv", *rows), client="C0001")
    with acting(wang):
        imports.run_import(write(tmp_path / "上.csv", *shares[:cut]), client="C0002")
        imports.run_import(write(tmp_path / "下.csv", *shares[cut:]), client="C0002")
    assert report("C0001") == report("C0002") and len(report("C0001")) == 6


def test_two_equal_fills_are_two_and_stay_two(tmp_path, lin, zhang):
    with acting(lin):
        path = write(tmp_path / "同价.csv", BUY, BUY)
        assert imports.run_import(path, client="C0001")["created"] == 2
        assert imports.run_import(path, client="C0001")["unchanged"] == 2
        assert ask("ledger.positions", {"client": "C0001"})[0]["quantity"] == 2000


def test_the_traps_of_broker_files(tmp_path, lin, zhang):
    """GB18030 text named .xls, tabs, ="000878", a title and sums around the table, newest first without a time."""
    lines = [
        "历史成交查询",
        "成交日期\t证券代码\t证券名称\t操作\t成交均价\t成交数量\t成交金额\t发生金额\t手续费\t印花税\t过户费\t股东帐户",
        '20240108\t="000878"\t云南铜业\t证券卖出\t11\t1000\t11000\t10989.50\t5\t5.5\t0\t0100000001',
        '20240105\t="000878"\t云南铜业\t证券买入\t10\t1000\t10000\t-10005\t5\t0\t0\t0100000001',
        '20240104\t="131810"\tＲ－００１\t融券回购\t2.1\t100\t10000\t-10000.1\t0.1\t0\t0\t0100000001',
        '20240104\t="000878"\t云南铜业\t红利入账\t0\t1000\t50\t50\t0\t0\t0\t0100000001',
        "20240103\t\t\t银行转证券\t0\t0\t0\t20000\t0\t0\t0\t",
        "20240103\t\t\t指定交易\t0\t1\t0\t0\t0\t0\t0\t",
        "合计\t\t\t\t\t\t31050\t\t\t\t\t",
    ]
    path = tmp_path / "交割单.xls"
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    with acting(lin):
        made = imports.run_import(path, client="C0001")
        assert (made["created"], made["skipped"], made["quarantined"]) == (5, 1, 0)
        found = trips("C0001")
        assert (found["count"], found["pnl"], found["open_positions"]) == (1, 984.5, [])
        assert ask("ledger.positions", {"client": "C0001"}) == []


def test_what_is_not_understood_is_held_back_with_its_reason(tmp_path, lin, zhang):
    rows = [
        BUY,
        BUY.replace("买入", "质押登记"),
        BUY.replace("-10005", "-10050"),
        BUY.replace("878", "999999"),
        BUY.replace("0100000001", "A100000001"),
        BUY.replace("10000,", "一堆,"),
        BUY.replace("1000,10000", ",10000"),
    ]
    with acting(lin):
        made = imports.run_import(write(tmp_path / "疑.csv", *rows), client="C0001")
        held = ask("ledger.quarantined_rows", {"client": "C0001", "state": "waiting"})
    assert (made["created"], made["quarantined"]) == (1, 6)
    assert sorted(made["reasons"]) == ["code", "market", "number", "quantity", "side", "sum"]
    assert {row["line"] for row in held["rows"]} == {3, 4, 5, 6, 7, 8}


def test_a_dry_run_writes_nothing_and_files_are_their_owners_alone(tmp_path, lin, zhang):
    path = write(tmp_path / "一月.csv", BUY, SELL)
    with acting(lin):
        assert imports.run_import(path, client="C0001", dry_run=True)["created"] == 2
        assert not TradeBatch.objects.exists()
        imports.run_import(path, client="C0001")
    batch = TradeBatch.objects.get()
    assert journal.path_of(batch.file).stat().st_mode & 0o077 == 0 and journal.folder().stat().st_mode & 0o077 == 0
    assert "张三" not in journal.path_of(batch.file).read_bytes().decode("latin-1")


def test_a_file_that_no_register_row_names_does_not_exist(tmp_path, lin, zhang, monkeypatch):
    def crash(*args, **options):
        raise OSError("the disk is full")

    with acting(lin):
        imports.run_import(write(tmp_path / "一月.csv", BUY), client="C0001")
        with monkeypatch.context() as patch, pytest.raises(OSError, match="full"):
            patch.setattr("dakehu.foundation.actions.undo.UndoLog.store", crash)  # after the file, before the commit
            imports.run_import(write(tmp_path / "二月.csv", SELL), client="C0001")
        assert ask("ledger.trades", {"client": "C0001"})["count"] == 1
    monkeypatch.setattr(compaction, "LATE", timedelta(0))
    with as_system():
        assert compaction.delete_superseded_files() >= 1
    with acting(lin):
        assert ask("ledger.trades", {"client": "C0001"})["count"] == 1


def test_the_running_balance_is_checked(tmp_path, lin, zhang):
    head = HEAD + ",资金余额"
    path = write(
        tmp_path / "流水.csv", BUY + ",90000", SELL + ",100989.5", SELL.replace(",2,", ",9,") + ",5", head=head
    )
    with acting(lin):
        made = imports.run_import(path, client="C0001")
    assert made["balances"] == {"checked": 2, "broken": 1, "first": 4}


def test_a_row_held_back_is_corrected_released_and_known_from_then_on(tmp_path, lin, wang, zhang):
    path = write(tmp_path / "疑.csv", BUY, SELL.replace("10989.5", "10000"), BUY.replace("买入", "质押登记"))
    with acting(lin):
        imports.run_import(path, client="C0001")
        wrong, odd = ask("ledger.quarantined_rows", {"client": "C0001"})["rows"][::-1]
        with pytest.raises(Refused, match="对不上"):
            perform("ledger.release_quarantined_row", {"row": wrong["id"]})
    with acting(wang), pytest.raises(Refused):
        perform("ledger.release_quarantined_row", {"row": wrong["id"]})
    with acting(lin):
        perform("ledger.correct_quarantined_row", {"row": wrong["id"], "cells": {"net": "10989.5"}})
        assert perform("ledger.release_quarantined_row", {"row": wrong["id"]})["taken"]
        perform("ledger.drop_quarantined_row", {"row": odd["id"], "reason": "不是成交"})
        assert trips("C0001")["pnl"] == 984.5
        again = imports.run_import(path)
        assert (again["created"], again["quarantined"]) == (0, 0)
        with pytest.raises(Refused, match="处理过"):
            perform("ledger.release_quarantined_row", {"row": wrong["id"]})


SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "broker_exports" / "samples"


@pytest.mark.skipif(not SAMPLES.exists(), reason="../shared/data/broker_exports is not here")
def test_the_exports_of_29_brokers_are_told_or_held_back_as_the_paper_says():
    maker = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "make_broker_exports.py"))
    made = maker["table"]()
    assert made.count("\n| ") == 31 and "not recognised" not in made
    assert made == (Path(__file__).parents[2] / "docs" / "broker-exports.md").read_text(encoding="utf-8")

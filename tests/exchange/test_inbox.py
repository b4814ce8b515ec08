"""The folder of the nightly run: files in a sensible order, late, repeated, broken and half-written ones, and kills."""

from datetime import date

import pytest

from dakehu.domains.ledger.models import Closing, Figures, TradeBatch
from dakehu.exchange.inbox import files, step
from dakehu.foundation.base import clock
from dakehu.foundation.nightly import run as night
from dakehu.foundation.schema.fields import model_of
from tests.cast import as_system
from tests.homes import own_home

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
DAY = date(2026, 11, 27)
CLIENTS = "客户号,客户姓名\nN0001,张三\nN0002,李四\n"
HEAD = "客户号,成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号\n"
TRADES = HEAD + (
    "N0001,20261125,000878,云南铜业,买入,10,1000,10000,-10005,5,0,0,1\n"
    "N0002,20261126,510500,500ETF,买入,5,100,500,-505,5,0,0,2\n"
)
PRICES = (
    "日期,证券代码,收盘价\n2026-11-25,000878,10.5\n2026-11-26,510500,5\n2026-11-27,000878,11\n2026-11-27,510500,5.5\n"
)


@pytest.fixture
def inbox(settings, tmp_path, monkeypatch):
    """Return the inbox of a separate desk; files are treated as complete immediately."""
    own_home(settings, tmp_path / "home")
    settings.INBOX = ""
    monkeypatch.setattr(files, "QUIET", 0.0)
    return night.folder()


def lay(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def run():
    with as_system():
        report = night.run_night(day=DAY)
    return {one["step"]: one for one in report["steps"]}


def files_of(report):
    return {file["file"]: file for file in report[step.STEP]["result"]["files"]}


def put_in(folder, place):
    return sorted(path.name for path in (folder / place / clock.today().isoformat()).glob("*"))


def test_clients_come_before_their_trades_and_trades_before_prices(inbox):
    lay(inbox, a行情=PRICES, b交割单=TRADES, c客户=CLIENTS)
    report = run()
    assert list(files_of(report)) == ["c客户.csv", "b交割单.csv", "a行情.csv"]
    assert {file["state"] for file in files_of(report).values()} == {"imported"}
    assert put_in(inbox, "taken") == ["a行情.csv", "b交割单.csv", "c客户.csv"] and not list(inbox.glob("*.csv"))
    assert report["ledger.close"]["result"]["clients"] == 2
    with as_system():
        assert sorted(str(value) for value in Figures.objects.values_list("market_value", flat=True)) == [
            "11000.00",
            "550.00",
        ]


def test_a_repeated_file_changes_nothing_and_nothing_is_computed_again(inbox):
    lay(inbox, 客户=CLIENTS, 交割单=TRADES, 行情=PRICES)
    run()
    lay(inbox, 客户=CLIENTS, 交割单=TRADES, 行情=PRICES)
    report = run()
    assert {file["state"] for file in files_of(report).values()} == {"unchanged"}
    assert report["ledger.close"]["state"] == "unchanged" and report[step.STEP]["state"] == "unchanged"
    assert put_in(inbox, "taken") == [
        "交割单-2.csv",
        "交割单.csv",
        "客户-2.csv",
        "客户.csv",
        "行情-2.csv",
        "行情.csv",
    ]


def test_a_file_that_comes_late_is_imported_and_what_depends_on_it_done_again(inbox):
    lay(inbox, 客户=CLIENTS, 交割单=TRADES, 行情=PRICES)
    run()
    lay(inbox, 行情晚到="日期,证券代码,收盘价\n2026-11-27,000878,12\n")
    report = run()
    assert files_of(report)["行情晚到.csv"]["updated"] == 1 and report["ledger.close"]["state"] == "done"
    with as_system():
        assert str(Figures.objects.get(client__code="N0001").market_value) == "12000.00"
    assert run()["ledger.close"]["state"] == "unchanged"


def test_a_broken_file_is_refused_with_a_report_beside_it_and_the_others_go_on(inbox):
    lay(inbox, 客户=CLIENTS, 交割单=TRADES, 行情=PRICES)
    (inbox / "坏.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    lay(inbox, 错=CLIENTS.replace("客户姓名", "风险等级") + "N0003,很高很高\n")
    report = run()
    states = {name: file["state"] for name, file in files_of(report).items()}
    assert states["坏.xlsx"] == states["错.csv"] == "refused" and states["客户.csv"] == "imported"
    assert report["ledger.close"]["state"] == "done"
    assert put_in(inbox, "refused") == ["坏.xlsx", "坏.xlsx.report.txt", "错.csv", "错.csv.report.txt"]
    folder = inbox / "refused" / clock.today().isoformat()
    text = (folder / "错.csv.report.txt").read_text(encoding="utf-8")
    assert "没有导入任何内容" in text and "Nothing of this file" in text and "很高很高" in text
    kept = files_of(report)["错.csv"]
    assert "很高很高" not in str(kept) and kept["report"] == "错.csv.report.txt" and "B" in kept["errors"][0]["zh"]


def test_a_close_without_prices_fails_in_words_and_the_files_stay_imported(inbox):
    lay(inbox, 客户=CLIENTS, 交割单=TRADES)
    report = run()
    assert report["ledger.close"]["state"] == "failed" and "000878" in report["ledger.close"]["error"]["zh"]
    assert report[step.STEP]["state"] == "done"
    lay(inbox, 行情=PRICES)
    assert run()["ledger.close"]["state"] == "done"


def test_a_file_that_is_still_being_written_waits_for_the_next_run(inbox, monkeypatch):
    lay(inbox, 客户=CLIENTS)
    monkeypatch.setattr(files, "QUIET", 5.0)
    writing = inbox / "客户.csv"

    def write_more(seconds):
        writing.write_text(CLIENTS + "N0003,王五\n", encoding="utf-8")

    whole, changing = files.separate(files.lying_in(inbox), wait=write_more)
    assert whole == [] and [one.name for one in changing] == ["客户.csv"]
    whole, changing = files.separate(files.lying_in(inbox), wait=lambda seconds: None)
    assert [one.name for one in whole] == ["客户.csv"] and changing == []


def test_unfinished_hidden_and_linked_files_are_left_alone(inbox, tmp_path):
    for name in (".hidden.csv", "half.csv.part", "~$open.xlsx", "copy.tmp"):
        (inbox / name).write_text("x")
    (tmp_path / "elsewhere.csv").write_text(CLIENTS)
    (inbox / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert files.lying_in(inbox) == [] and run()[step.STEP]["state"] == "unchanged"


def test_a_file_in_a_folder_named_after_a_profile_is_read_with_it(inbox):
    (inbox / "nobody").mkdir()
    lay(inbox / "nobody", 客户=CLIENTS)
    report = run()
    assert files_of(report)["nobody/客户.csv"]["state"] == "refused"
    assert "far_trans" in files_of(report)["nobody/客户.csv"]["errors"][0]["zh"]


def test_a_desk_without_trades_has_nothing_to_close(inbox):
    lay(inbox, 客户=CLIENTS)
    assert run()["ledger.close"]["state"] == "unchanged"


def test_the_desk_of_the_test_is_empty(inbox):
    with as_system():
        assert not TradeBatch.objects.exists() and not Closing.objects.exists()
        assert not model_of("clients.Client").objects.filter(code="N0001").exists()

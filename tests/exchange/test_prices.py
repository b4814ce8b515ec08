"""Price files: long and wide, matched exactly or reported, imported twice, undone, and used in a close."""

import csv
import gzip
import json
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import PriceFile, Product, SecurityCode
from dakehu.domains.ledger.prices import importing as price_import
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.cli.main import main
from tests.cast import as_system
from tests.homes import own_home

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

DATA = Path(__file__).parents[3] / "shared" / "data"
REAL = DATA / "cn_trade_statement" / "jiaogedan_2019_2020.csv"
SP500 = DATA / "prices_sp500_5yr" / "all_stocks_5yr.csv.gz"
HEAD = "成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号,币种"
BUY = "20240105,000878,云南铜业,买入,10,1000,10000,-10005,5,0,0,1,人民币"


@pytest.fixture
def desk(tmp_path, settings, lin, zhang):
    own_home(settings, tmp_path / "home")
    return tmp_path


def put(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def import_file(path: Path, **said) -> dict:
    with as_system():
        return imports.run_import(path, **said)


def deal(folder: Path, *rows: str) -> None:
    import_file(put(folder / "成交.csv", HEAD, *rows), client="C0001")


def held() -> dict:
    """Return {day: {code: price}} of all prices from price files."""
    with as_system():
        named = dict(SecurityCode.objects.values_list("product_id", "code"))
        days = PriceFile.objects.values_list("day", flat=True)
        return {
            str(day): {named[n]: price for n, price in prices.items()}
            for day, prices in price_import.stored_prices(days).items()
        }


def counts(report: dict) -> tuple[int, ...]:
    return tuple(report[name] for name in ("created", "updated", "unchanged", "skipped", "errors"))


def test_a_price_file_is_tried_imported_repeated_corrected_and_taken_back(desk):
    deal(desk, BUY)
    path = put(
        desk / "行情.csv", "日期,证券代码,收盘价", "2024-01-08,000878,10.9", "20240109,878.SZ,12", "2024-01-09,000001,9"
    )
    tried = import_file(path, dry_run=True)
    assert (tried["kind"], tried["shape"], counts(tried)) == ("prices", "long", (2, 0, 0, 1, 0)) and not held()
    [warning] = tried["warnings"]
    assert (warning["cell"], warning["value"], warning["row"]) == ("C4", "000001", 4) and "对账单" in warning[
        "remedy_zh"
    ]
    first = import_file(path)
    assert counts(first) == (2, 0, 0, 1, 0) and first["first_day"] == "2024-01-08"
    assert counts(import_file(path)) == (0, 0, 2, 1, 0)
    corrected = import_file(put(desk / "更正.csv", "date,code,close", "2024-01-09,000878,12.5"))
    assert counts(corrected) == (0, 1, 0, 0, 0) and held()["2024-01-09"] == {"000878": 12.5}
    with as_system():
        with pytest.raises(Refused, match="之后"):
            perform("workbook.undo", {"batch": first["batch"]})
        perform("workbook.undo", {"batch": corrected["batch"]})
        assert held() == {"2024-01-08": {"000878": 10.9}, "2024-01-09": {"000878": 12.0}}


@pytest.mark.parametrize("shape", ["across", "down"])
def test_wide_files_say_what_long_ones_say(desk, shape):
    deal(desk, BUY, BUY.replace("000878,云南铜业", "510500,500ETF"))
    rows = [["日期", "000878.SZ", "510500"], ["2024-01-08", 10.9, 5.5], [date(2024, 1, 9), 12, None]]
    if shape == "down":
        rows = [list(row) for row in zip(*rows, strict=True)]
        rows[0][0] = "证券代码"
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(desk / "宽表.xlsx")
    report = import_file(desk / "宽表.xlsx")
    assert (report["shape"], counts(report)) == (shape, (3, 0, 0, 0, 0))
    assert held() == {"2024-01-08": {"000878": 10.9, "510500": 5.5}, "2024-01-09": {"000878": 12.0}}


def test_faults_are_named_by_place_value_and_remedy_and_nothing_is_written_until_they_are_skipped(desk, settings):
    deal(desk, BUY)
    coming = clock.today().replace(year=clock.today().year + 1).isoformat()
    path = put(
        desk / "错.csv",
        "日期,证券代码,收盘价,币种",
        "2024-01-08,000878,十元,",
        "2024-01-08,000878,-1,",
        "昨天,000878,10,",
        f"{coming},000878,10,",
        "2024-01-09,000878,10,美元",
        "2024-01-05,000878,10,",
        "2024-01-05,000878,11,",
        "2024-01-08,,3,",
    )
    report = import_file(path)
    assert not report["imported"] and not held()
    assert [(f["cell"], f["value"]) for f in report["faults"]] == [
        ("C2", "十元"),
        ("C3", "-1"),
        ("C4", "昨天"),
        ("C5", coming),
        ("C6", "000878"),
        ("C8", "11"),
        ("C9", ""),
    ]
    assert all(f["zh"] and f["en"] and f["remedy_zh"] and f["remedy_en"] for f in report["faults"])
    assert import_file(path, skip_errors=True)["imported"] and held() == {"2024-01-05": {"000878": 10.0}}


def test_a_code_of_two_markets_is_never_guessed(desk):
    deal(desk, BUY.replace("000878,云南铜业", "000001,平安银行"))
    import_file(put(desk / "指数.csv", "日期,代码,收盘,市场,类别,名称", "2024-01-08,000001,2900,上海,指数,上证指数"))
    report = import_file(put(desk / "行情.csv", "日期,代码,收盘", "2024-01-08,000001,9.5"))
    assert not report["imported"] and report["reasons"] == {"several": 1}
    assert import_file(put(desk / "行情2.csv", "日期,代码,收盘", "2024-01-08,000001.SZ,9.5"))["imported"]
    with as_system():
        assert Product.objects.get(name="上证指数").kind == "index"


def test_what_says_no_price_of_anything_here_is_refused_and_other_tables_stay_what_they_are(desk):
    with as_system(), pytest.raises(Refused, match="600519"):
        imports.run_import(put(desk / "行情.csv", "日期,证券代码,收盘价", "2024-01-08,600519,1700"))
    report = import_file(put(desk / "客户.csv", "客户号,姓名,手机", "K9001,赵四,13800138000"), dry_run=True)
    assert "kind" not in report and report["created"] == 1


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/cn_trade_statement is not here")
def test_a_real_statement_and_its_prices_close_from_end_to_end(desk, capsys):
    assert main(["import", str(REAL), "--client", "C0001", "--json"]) == 0
    capsys.readouterr()
    assert main(["close", "--date", "2020-05-22", "--json"]) == 1
    refused = capsys.readouterr().out
    assert "002044" in refused and "dakehu import" in refused
    with REAL.open(encoding="utf-8-sig") as stream:
        dealt = {(row["成交日期"], row["证券代码"]): row["成交价格"] for row in csv.DictReader(stream)}
    path = put(
        desk / "行情.csv",
        "日期,证券代码,收盘价",
        *(f"{day},{code.zfill(6)},{price}" for (day, code), price in dealt.items()),
    )
    assert main(["import", str(path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["created"], report["securities"], report["skipped"]) == (len(dealt), 99, 0)
    assert main(["close", "--date", "2020-05-22", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["clients"] == 1
    with as_system():
        figures = ask("ledger.figures", {"client": "C0001"})
    last = max((day, float(price)) for (day, code), price in dealt.items() if code == "2044")[1]
    assert float(figures["market_value"]) == pytest.approx(300 * last) and figures["holdings"] == 1
    # cash effect 1,081.61 has left the account by the last day: profit is the value held less the net inflow
    assert float(figures["profit"]) == pytest.approx(300 * last + 1081.61, abs=0.01)


def test_money_in_another_currency_is_closed_by_the_rates_of_a_file(desk, capsys):
    deal(desk, "20240105,900901,云赛Ｂ股,买入,0.5,1000,500,-505,5,0,0,1,美元")
    import_file(
        put(desk / "行情.csv", "日期,证券代码,收盘价,币种", "2024-01-05,900901,0.5,USD", "2024-01-09,900901,0.6,USD")
    )
    with as_system(), pytest.raises(Refused, match="USDCNY"):
        close_run.close(day=date(2024, 1, 9))
    report = import_file(
        put(desk / "中间价.csv", "日期,USD/CNY,100JPY/CNY", "2024-01-05,7.1,4.9", "2024-01-09,7.2,4.9")
    )
    assert (report["entered"], report["unknown"], report["skipped"]) == (["USDCNY.FX"], 1, 2)
    with as_system():
        close_run.close(day=date(2024, 1, 9))
        made = ask("ledger.figures", {"client": "C0001"})
    assert float(made["market_value"]) == pytest.approx(600 * 7.2)
    assert float(made["net_inflow"]) == pytest.approx(505 * 7.1)


def real_closes(*tickers: str) -> dict[str, dict[str, float]]:
    """Return {ticker: {day: closing price}} of the S&P 500 data."""
    made: dict[str, dict[str, float]] = {name: {} for name in tickers}
    with gzip.open(SP500, "rt") as stream:
        for row in csv.DictReader(stream):
            if row["Name"] in made:
                made[row["Name"]][row["date"]] = float(row["close"])
    return made


@pytest.mark.skipif(not SP500.exists(), reason="../shared/data/prices_sp500_5yr is not here")
def test_beta_and_alpha_follow_from_the_series_of_the_index(desk, settings):
    settings.BENCHMARK = "SPGI.US"
    closes = real_closes("KO", "SPGI")
    days = sorted(closes["KO"])[-250:]
    lines = ["date,code,close,market,kind,currency"]
    lines += [f"{d},600999,{closes['KO'][d]},SH,stock,CNY" for d in days]
    lines += [f"{d},SPGI,{closes['SPGI'][d]},US,index,CNY" for d in days]
    report = import_file(put(desk / "long.csv", *lines))
    assert (report["created"], report["entered"], report["days"]) == (500, ["600999.SH", "SPGI.US"], 250)
    assert report["securities"] == 2
    price = closes["KO"][days[0]]
    deal(
        desk,
        f"{days[0].replace('-', '')},600999,某股,买入,{price},1000,{price * 1000:.2f},{-price * 1000:.2f},0,0,0,1,人民币",
    )
    with as_system():
        close_run.close(day=date.fromisoformat(days[-1]))
        made = ask("ledger.figures", {"client": "C0001"})
    held_days = [date.fromisoformat(d) for d in days]
    every = sorted({*trading_days.trading_days_between(held_days[0], held_days[-1]), held_days[0], held_days[-1]})
    own, index = (_carried(closes[name], every) for name in ("KO", "SPGI"))
    r, m = own[1:] / own[:-1] - 1, index[1:] / index[:-1] - 1
    beta = np.cov(r, m)[0, 1] / np.var(m, ddof=1)
    assert float(made["beta"]) == pytest.approx(beta, abs=2e-3)
    assert float(made["alpha"]) == pytest.approx((1 + np.mean(r - beta * m)) ** 252 - 1, abs=2e-3)


def _carried(closes: dict[str, float], days: list[date]) -> np.ndarray:
    made, last = [], np.nan
    known = {date.fromisoformat(day): price for day, price in closes.items()}
    for day in days:
        last = next((known[d] for d in sorted(known, reverse=True) if d <= day), last)
        made.append(last)
    return np.array(made)

"""The nightly close: figures of every client, published together, refused if prices are missing."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from dakehu.analytics import kernel
from dakehu.analytics.figures import COLUMNS, Column
from dakehu.analytics.figures import Figures as Computed
from dakehu.analytics.month_ends import MONTHS, MonthEnds
from dakehu.domains.ledger.close import book as close_book
from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close import history as close_history
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import Closing, Figures, SecurityCode
from dakehu.domains.ledger.trades import compaction
from dakehu.exchange.imports import service as imports
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEAD = "成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号"
DAY = date(2024, 1, 9)


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return path


@pytest.fixture
def dealt(tmp_path, settings, lin, wang, zhang, qian):
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    with acting(lin):
        imports.run_import(
            write(
                tmp_path / "张.csv",
                "20240105,000878,云南铜业,买入,10,1000,10000,-10005,5,0,0,1",
                "20240108,000878,云南铜业,卖出,11,500,5500,5492.25,5,2.75,0,2",
            ),
            client="C0001",
        )
    with acting(wang):
        imports.run_import(
            write(tmp_path / "钱.csv", "20240108,510500,500ETF,买入,5,100,500,-505,5,0,0,1"), client="C0002"
        )
    return zhang, qian


@pytest.fixture
def priced(dealt):
    with as_system():
        copper, fund = (SecurityCode.objects.get(code=code).product_id for code in ("000878", "510500"))
        for day, prices in ((5, {copper: 10.5}), (8, {copper: 10.9, fund: 5.5}), (9, {copper: 12.0, fund: 6.0})):
            close_inputs.import_prices(source="行情", day=date(2024, 1, day), prices=prices)
    return copper, fund


def test_a_close_publishes_what_follows_from_trades_and_prices(dealt, priced, lin):
    with as_system():
        report = close_run.close(day=DAY)
    assert (report["clients"], report["unchanged"], report["published"]) == (2, False, True)
    with acting(lin):
        made = ask("ledger.figures", {"client": "C0001"})
    assert made["as_of"] == "2024-01-09" and made["market_value"] == "6000.00"
    assert made["net_inflow"] == "4512.75" and made["profit"] == "1487.25" and made["first_on"] == "2024-01-05"
    assert made["xirr"] is None and made["reasons"]["xirr"] == "too_short" and made["reasons"]["beta"] == "no_benchmark"


def test_published_figures_are_those_of_the_kernel(dealt, priced):
    with as_system():
        close_run.close(day=DAY)
        trades = close_inputs.arrays_for_close(DAY)
        days = np.array([(date(2024, 1, d) - date(1970, 1, 1)).days for d in (5, 8, 9)], np.int32)
        direct = kernel.compute(
            close_book.build_book(
                offsets=trades.offsets,
                asset=trades.asset,
                day=trades.day,
                quantity=trades.quantity,
                amount=trades.amount,
                fee=trades.fee,
                kind=trades.kind,
                matrix=close_inputs.price_matrix(trades.assets, days).matrix,
                days=days,
                rates=np.ones((len(trades.assets), 3)),
                market=np.full(3, np.nan),
            )
        )
        clients, kept = close_chunks.read(close_history.path_of(Closing.objects.get().file))
        rows = {row.client_id: row for row in Figures.objects.all()}
    assert clients.tolist() == trades.clients.tolist()
    assert np.array_equal(kept.values, direct.values, equal_nan=True) and np.array_equal(kept.reasons, direct.reasons)
    for place, client in enumerate(clients.tolist()):
        for name, column in (("twr", Column.TWR), ("max_drawdown", Column.MAX_DRAWDOWN), ("hhi", Column.HHI)):
            assert float(getattr(rows[client], name)) == pytest.approx(direct.values[place, column], abs=1e-8)


def test_a_close_without_prices_is_refused_with_a_list(dealt, priced):
    with as_system(), pytest.raises(Refused) as refusal:
        close_run.close(day=date(2024, 3, 1))
    assert "000878" in str(refusal.value) and "2024-01-09" in str(refusal.value)
    with as_system():
        assert not Figures.objects.exists() and not Closing.objects.exists()
        assert close_run.close(day=date(2024, 3, 1), allow_stale=60)["published"]


def test_the_same_close_again_changes_nothing_until_a_price_is_restated(dealt, priced):
    with as_system():
        close_run.close(day=DAY)
        before = AuditEntry.objects.count(), sorted(Figures.objects.values_list("pk", flat=True))
        assert close_run.close(day=DAY)["unchanged"]
        assert before == (AuditEntry.objects.count(), sorted(Figures.objects.values_list("pk", flat=True)))
        close_inputs.import_prices(source="行情", day=DAY, prices={priced[0]: 13.0, priced[1]: 6.0})
        assert not close_run.close(day=DAY)["unchanged"]
        assert str(Figures.objects.get(client=dealt[0]).market_value) == "6500.00"


def test_a_close_that_was_killed_goes_on_where_it_was(dealt, priced, monkeypatch):
    monkeypatch.setattr(compaction, "ROWS", 1)

    def stop_after_one(share, words=""):
        if share > 0.1:
            raise KeyboardInterrupt

    with as_system():
        with pytest.raises(KeyboardInterrupt):
            close_run.close(day=DAY, progress=stop_after_one)
        assert not Figures.objects.exists()
        report = close_run.close(day=DAY)
        assert report["chunks_kept"] >= 1 and report["clients"] == Figures.objects.count() == 2


def test_an_earlier_day_closed_later_leaves_the_published_figures_alone(dealt, priced):
    with as_system():
        close_run.close(day=DAY)
        assert not close_run.close(day=date(2024, 1, 8))["published"]
        assert set(Figures.objects.values_list("as_of", flat=True)) == {DAY} and Closing.objects.count() == 2


def test_figures_are_seen_within_scope_and_the_close_is_for_the_desk(dealt, priced, lin, wang):
    with as_system():
        close_run.close(day=DAY)
    with acting(wang), pytest.raises(Refused):
        ask("ledger.figures", {"client": "C0001"})
    with acting(wang):
        assert list(Figures.objects.values_list("client__code", flat=True)) == ["C0002"]
    with acting(lin), pytest.raises(NotAllowed):
        close_run.close(day=DAY)


def test_an_import_that_made_a_client_can_be_undone_after_a_close(tmp_path, dealt, priced, lin):
    with acting(lin):
        report = imports.run_import(
            write(tmp_path / "新.csv", "20240105,000878,云南铜业,买入,10,100,1000,-1005,5,0,0,9")
        )
    with as_system():
        assert close_run.close(day=DAY)["clients"] == 3
    with acting(lin):
        perform("workbook.undo", {"batch": report["batch"]})
    with as_system():
        assert Figures.objects.count() == 2


def test_figures_of_a_client_that_went_meanwhile_are_not_published(tmp_path, zhang, qian, lin):
    with acting(lin):
        gone, last = (perform("clients.create", {"name": name, "code": name}) for name in ("孙小姐", "吴先生"))
    numbers = [zhang.pk, gone.pk, last.pk, last.pk + 1000]
    with as_system(), act("test.remove"):
        gone.delete()
    values = np.ones((len(numbers), COLUMNS))
    months = MonthEnds(*(np.ones((len(numbers), MONTHS)) for _ in range(2)), np.ones(len(numbers)))
    part = tmp_path / "part.parquet"
    close_chunks.write(part, np.array(numbers), Computed(values, np.zeros(values.shape, np.uint8)), months)
    with as_system():
        close_run.publish(day=DAY, digest="1", name="1", parts=[part], days=np.array([1, 2]), current=True)
        assert list(Figures.objects.order_by("pk").values_list("client_id", flat=True)) == [zhang.pk, last.pk]
        assert Closing.objects.get().clients == 2

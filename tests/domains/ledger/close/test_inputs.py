"""The journal as arrays: trades grouped by client, prices carried forward with their days."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from dakehu.domains.ledger.close import book as close_book
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.models import PriceFile, SecurityCode
from dakehu.domains.ledger.trades import reader
from dakehu.domains.ledger.trades.owners import NEEDED
from dakehu.exchange.imports import service as imports
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEAD = "成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号"


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return path


@pytest.fixture
def dealt(tmp_path, lin, wang, zhang, qian):
    with acting(lin):
        imports.run_import(
            write(
                tmp_path / "张.csv",
                "20240108,000878,云南铜业,卖出,11,500,5500,5492.25,5,2.75,0,2",
                "20240105,000878,云南铜业,买入,10,1000,10000,-10005,5,0,0,1",
                "20240105,,,银行转证券,0,0,0,20000,0,0,0,",
                "20240109,000878,云南铜业,红利入账,0,500,50,50,0,0,0,3",
            ),
            client="C0001",
        )
    with acting(wang):
        imports.run_import(
            write(tmp_path / "钱.csv", "20240108,510500,500ETF,买入,5,100,500,-505,5,0,0,1"), client="C0002"
        )
    return zhang.pk, qian.pk


def test_trades_come_grouped_by_client_and_security_in_whole_numbers(dealt, lin):
    with as_system():
        made = close_inputs.arrays_for_close()
        early = close_inputs.arrays_for_close(date(2024, 1, 5))
    assert made.clients.tolist() == list(dealt) and made.offsets.tolist() == [0, 3, 4]
    assert made.quantity.tolist() == [1_000_000, -500_000, 0, 100_000] and made.quantity.dtype == np.int64
    assert made.amount.tolist() == [1_000_000, 550_000, 5_000, 50_000] and made.fee.tolist() == [500, 775, 0, 500]
    assert made.kind[made.asset].tolist() == [0, 0, 0, 1]
    assert np.diff(made.day[:3]).tolist() == [3, 1] and early.offsets.tolist() == [0, 1]
    with acting(lin), pytest.raises(PermissionError):
        close_inputs.arrays_for_close()


def test_prices_are_carried_forward_and_say_from_when(dealt):
    first = date(2024, 1, 5)
    days = np.array([(first - date(1970, 1, 1)).days + n for n in (0, 3, 4)], np.int32)
    with as_system():
        copper, fund = (SecurityCode.objects.get(code=code).product_id for code in ("000878", "510500"))
        close_inputs.import_prices(source="行情", day=first, prices={copper: 10.5})
        close_inputs.import_prices(source="行情", day=date(2024, 1, 8), prices={copper: 10.9, fund: 5.5})
        close_inputs.import_prices(source="行情", day=date(2024, 1, 8), prices={copper: 11.0, fund: 5.5})
        assert PriceFile.objects.count() == 2
        made = close_inputs.price_matrix(np.array(sorted([copper, fund])), days)
    row = sorted([copper, fund]).index(copper)
    assert made.matrix[row].tolist() == [10.5, 11.0, 11.0] and np.isnan(made.matrix[1 - row, 0])
    assert made.as_of[row].tolist() == [days[0], days[1], days[1]] and made.as_of[1 - row].tolist() == [
        -1,
        days[1],
        days[1],
    ]


def test_the_close_reads_only_the_columns_it_needs_and_the_same_rows(dealt):
    with as_system():
        some, every = reader.all_trades([*NEEDED, *close_inputs.VALUE_COLUMNS]), reader.all_trades()
    assert some.equals(every.select(some.column_names)) and "digest" not in some.column_names


def test_what_is_held_at_the_end_counts_neighbours_with_the_same_security_apart():
    """Three clients, the second without trades; the first ends with asset 1, which the third begins with, short by as much."""
    offsets, asset = np.array([0, 3, 3, 5]), np.array([0, 0, 1, 1, 2], np.int32)
    held = close_book.closing_positions(offsets, asset, np.array([1000, -1000, 500, -500, 700], np.int64))
    assert held.index.tolist() == [1, 2] and held.holders.tolist() == [2, 1]
    nothing = close_book.closing_positions(np.array([0, 0]), np.array([], np.int32), np.array([], np.int64))
    assert not len(nothing.index) and not len(nothing.holders)

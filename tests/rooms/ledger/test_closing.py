"""The journal as arrays: trades grouped for the kernel, prices carried forward with the day they were made."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from dakehu.doors.workbook import intake
from dakehu.rooms.ledger import closing
from dakehu.rooms.ledger.models import PriceFile, SecurityCode
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEAD = "成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号"


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return path


@pytest.fixture
def dealt(tmp_path, lin, wang, zhang, qian):
    with acting(lin):
        intake.run_import(
            write(tmp_path / "张.csv", "20240108,878,云南铜业,卖出,11,500,5500,5492.25,5,2.75,0,2",
                  "20240105,878,云南铜业,买入,10,1000,10000,-10005,5,0,0,1",
                  "20240105,,,银行转证券,0,0,0,20000,0,0,0,", "20240109,878,云南铜业,红利入账,0,500,50,50,0,0,0,3"),
            client="C0001")  # fmt: skip
    with acting(wang):
        intake.run_import(
            write(tmp_path / "钱.csv", "20240108,510500,500ETF,买入,5,100,500,-505,5,0,0,1"), client="C0002"
        )
    return zhang.pk, qian.pk


def test_trades_come_grouped_by_client_and_security_in_whole_numbers(dealt, lin):
    with as_system():
        made = closing.arrays_for_close()
        early = closing.arrays_for_close(date(2024, 1, 5))
    assert made.clients.tolist() == list(dealt) and made.offsets.tolist() == [0, 3, 4]
    assert made.quantity.tolist() == [1_000_000, -500_000, 0, 100_000] and made.quantity.dtype == np.int64
    assert made.amount.tolist() == [1_000_000, 550_000, 5_000, 50_000] and made.fee.tolist() == [500, 775, 0, 500]
    assert made.kind[made.asset].tolist() == [0, 0, 0, 1]
    assert np.diff(made.day[:3]).tolist() == [3, 1] and early.offsets.tolist() == [0, 1]
    with acting(lin), pytest.raises(PermissionError):
        closing.arrays_for_close()


def test_prices_are_carried_forward_and_say_from_when(dealt):
    first = date(2024, 1, 5)
    days = np.array([(first - date(1970, 1, 1)).days + n for n in (0, 3, 4)], np.int32)
    with as_system():
        copper, fund = (SecurityCode.objects.get(code=code).product_id for code in ("000878", "510500"))
        closing.take_prices(source="行情", day=first, prices={copper: 10.5})
        closing.take_prices(source="行情", day=date(2024, 1, 8), prices={copper: 10.9, fund: 5.5})
        closing.take_prices(source="行情", day=date(2024, 1, 8), prices={copper: 11.0, fund: 5.5})
        assert PriceFile.objects.count() == 2
        made = closing.price_matrix(np.array(sorted([copper, fund])), days)
    row = sorted([copper, fund]).index(copper)
    assert made.matrix[row].tolist() == [10.5, 11.0, 11.0] and np.isnan(made.matrix[1 - row, 0])
    assert made.as_of[row].tolist() == [days[0], days[1], days[1]] and made.as_of[1 - row].tolist() == [
        -1,
        days[1],
        days[1],
    ]

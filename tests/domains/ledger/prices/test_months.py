"""Price files by month: an import writes one for each month, and the night merges those of settled days."""

from datetime import date, timedelta

import numpy as np
import pytest

from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.models import PriceFile, Product
from dakehu.domains.ledger.prices import importing, months
from dakehu.domains.ledger.trades import compaction, journal
from dakehu.foundation.base import clock
from dakehu.foundation.records import bulk_sql
from tests.cast import as_system

pytestmark = pytest.mark.django_db
FIRST = date(2024, 1, 2)
DAYS = [day for day in (FIRST + timedelta(n) for n in range(58)) if day.weekday() < 5]


@pytest.fixture
def products(tmp_path, settings, teams):
    settings.DAKEHU_HOME = tmp_path
    with as_system():
        rows = [Product(name=f"证券{n}", kind="stock", currency="CNY", lot=1) for n in range(3)]
        bulk_sql.insert(Product, rows)
    return [row.pk for row in rows]


def prices_of(products, factor: float = 1.0) -> importing.Days:
    return {day: {pk: factor * (n + 1) + place for place, pk in enumerate(products)} for n, day in enumerate(DAYS)}


def matrix(products) -> np.ndarray:
    return close_inputs.price_matrix(np.array(products), np.array([(d - date(1970, 1, 1)).days for d in DAYS])).matrix


def import_days(days: importing.Days) -> None:
    importing.import_price_file(filename="行情.csv", sha256="", prices=days)


def test_a_file_of_many_days_is_stored_by_month_and_a_restated_day_counts_alone(products):
    with as_system():
        import_days(prices_of(products))
        assert PriceFile.objects.values("file").distinct().count() == 2 and PriceFile.objects.count() == len(DAYS)
        before = matrix(products)
        assert before.tolist() == [[n + 1.0 + place for n in range(len(DAYS))] for place in range(3)]
        import_days({DAYS[3]: {products[1]: 99.0}})
        assert importing.stored_prices([DAYS[3]])[DAYS[3]] == {products[0]: 4.0, products[1]: 99.0, products[2]: 6.0}
        after = matrix(products)
        assert after[1, 3] == 99.0 and np.array_equal(np.delete(after, 3, axis=1), np.delete(before, 3, axis=1))
        assert compaction.find_missing_files() == []


def test_files_of_settled_days_are_joined_and_every_price_stays(products, monkeypatch):
    with as_system():
        for day, prices in prices_of(products).items():
            close_inputs.import_prices(source="柜台", day=day, prices=prices)
        close_inputs.import_prices(source="另一个", day=DAYS[0], prices={products[0]: 7.5})
        before = matrix(products)
        assert months.join_months() == 0, "an undo may still need the files of each day"
        later = clock.now() + months.SETTLED + timedelta(days=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert months.join_months() == len(DAYS)
        assert PriceFile.objects.values("file").distinct().count() == 3 and np.array_equal(matrix(products), before)
        assert months.join_months() == 0 and journal.path_of(PriceFile.objects.first().file).is_file()
        close_inputs.import_prices(source="柜台", day=DAYS[5], prices={products[2]: 1.25})
        assert matrix(products)[2, 5] == 1.25 and matrix(products)[2, 6] == before[2, 6]

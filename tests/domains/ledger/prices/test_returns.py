"""Returns of securities over trading days, and closes at the lower price limit."""

from datetime import date
from decimal import Decimal

import pytest

from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.models import CorporateAction, CorporateKind, Product, SecurityCode, SecurityKind
from dakehu.domains.ledger.prices import returns
from dakehu.foundation.actions.registry import act
from tests.cast import as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 3, n) for n in (2, 3, 4, 5))


@pytest.fixture
def register(tmp_path, settings):
    """Return a function that registers a security and its prices from Monday on; None for a day without one."""
    settings.DAKEHU_HOME = tmp_path

    def registered(code, market, prices, name="云南铜业", kind=SecurityKind.STOCK):
        with act("test.register"):
            product = Product(name=name, kind=kind)
            product.save()
            SecurityCode(product=product, code=code, market=market).save()
        for day, price in zip((MONDAY, TUESDAY, WEDNESDAY, THURSDAY), prices, strict=False):
            if price is not None:
                close_inputs.import_prices(source=code, day=day, prices={product.pk: price})
        return product.pk

    with as_system():
        yield registered


def row_of(product, day, windows=(1, 3)):
    rows = [row for row in returns.frame(day, windows).iter_rows(named=True) if row["product"] == product]
    return rows[0] if rows else None


def test_returns_are_over_trading_days_and_missing_without_an_earlier_price(register):
    copper = register("000878", "SZ", (10.0, 11.0, 12.0, 9.0))
    assert row_of(copper, TUESDAY) == {
        "product": copper,
        "return_1": pytest.approx(0.1),
        "return_3": None,
        "close": 11.0,
        "limit_down": False,
    }
    thursday = row_of(copper, THURSDAY)
    assert (thursday["return_1"], thursday["return_3"]) == (pytest.approx(-0.25), pytest.approx(-0.1))


def test_a_security_without_a_price_in_the_window_has_no_return(register):
    halted = register("000878", "SZ", (10.0, 11.0, None, None))
    register("600000", "SH", (5.0, 5.0, 5.0, 5.0))
    row = row_of(halted, THURSDAY)
    assert (row["return_1"], row["return_3"], row["close"], row["limit_down"]) == (
        None,
        pytest.approx(0.1),
        11.0,
        False,
    )
    assert row_of(halted, date(2026, 3, 6))["return_1"] is None


def test_a_price_before_the_first_day_makes_no_row(register):
    new = register("000878", "SZ", (None, None, 11.0))
    register("600000", "SH", (5.0, 5.0))
    assert row_of(new, TUESDAY) is None and row_of(new, WEDNESDAY)["return_1"] is None


@pytest.mark.parametrize(
    ("code", "market", "name", "before", "close", "reached"),
    [
        ("000878", "SZ", "云南铜业", 10.05, 9.05, True),  # 9.045 is rounded to 9.05
        ("000878", "SZ", "云南铜业", 10.05, 9.06, False),
        ("300750", "SZ", "宁德时代", 200.0, 180.0, False),
        ("300750", "SZ", "宁德时代", 200.0, 160.0, True),
        ("688981", "SH", "中芯国际", 50.0, 40.0, True),
        ("600145", "SH", "*ST新亿", 2.0, 1.9, True),
        ("830799", "BJ", "艾融软件", 10.0, 7.0, True),
        ("00700", "HK", "腾讯控股", 400.0, 200.0, False),
    ],
)
def test_a_close_at_the_lower_limit_of_its_board_is_recognised(register, code, market, name, before, close, reached):
    product = register(code, market, (before, close), name)
    assert row_of(product, TUESDAY)["limit_down"] is reached


def test_bonus_shares_and_dividends_are_not_losses(register):
    copper = register("000878", "SZ", (21.0, 10.0))
    with act("test.corporate"):
        for kind, ratio, amount in ((CorporateKind.DIVIDEND, 0, 1), (CorporateKind.BONUS, 1, 0)):
            CorporateAction(
                product_id=copper, kind=kind, on=TUESDAY, ratio=Decimal(ratio), amount=Decimal(amount)
            ).save()
    row = row_of(copper, TUESDAY)
    assert row["return_1"] == pytest.approx(0.0) and row["limit_down"] is False


def test_an_index_has_returns_and_an_unknown_one_none(register):
    register("000300", "SH", (4000.0, 3900.0, 3800.0), "沪深300", SecurityKind.INDEX)
    assert returns.index_return("000300.SH", TUESDAY) == pytest.approx(-0.025)
    assert returns.index_return("000300.SH", WEDNESDAY, 2) == pytest.approx(-0.05)
    assert returns.index_return("000300.SH", MONDAY) is None and returns.index_return("000905.SH", TUESDAY) is None

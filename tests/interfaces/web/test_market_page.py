"""The page of the market: its contents with prices and without, and never a word of advice."""

import pytest

from tests.architecture.pages import browser_of
from tests.domains.ledger.performance.test_market import market

pytestmark = pytest.mark.django_db
__all__ = ["market"]


def text(response) -> str:
    return response.content.decode()


def test_the_page_shows_the_index_the_band_and_the_breadth(market, lin):
    page = text(browser_of(lin).get("/market/"))
    for words in ("沪深300", "概率区间", "随机游走", "客户持仓概览", "云南铜业", "不构成投资建议"):
        assert words in page
    for advice in ("目标价", "建议买入", "建议卖出"):
        assert advice not in page
    assert "没有指数" in text(browser_of(lin).get("/market/?index=nothing&ahead=7"))


def test_an_empty_desk_says_how_to_bring_prices_in(lin):
    assert "还没有指数行情" in text(browser_of(lin).get("/market/"))

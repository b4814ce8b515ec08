"""In a stress test a share falls by its beta if that is estimated well enough; the others fall as their index does."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from dakehu.exchange.imports import service as imports
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask
from tests.cast import acting, as_system
from tests.domains.risk.test_nights import FRI, THU, balance, buy, flag, own_home, store  # noqa: F401

pytestmark = pytest.mark.django_db


def test_a_share_with_a_year_of_prices_falls_by_its_own_beta_and_the_page_says_which(lin, zhang, tmp_path):
    days = trading_days.trading_days_between(date(2026, 5, 25), FRI)
    moves = np.random.default_rng(3).normal(0, 0.01, len(days))
    index, share = 4000 * np.cumprod(1 + moves), 100 * np.cumprod(1 + 1.6 * moves)
    closes = dict(zip(days, share.round(3).tolist(), strict=True))
    buy(tmp_path, zhang, "600519", 100, 100, closes)
    rows = [
        {"日期": day.isoformat(), "证券代码": "000300.SH", "收盘价": round(close, 3)}
        for day, close in zip(days, index.tolist(), strict=True)
    ]
    with as_system():
        pl.DataFrame(rows).write_csv(tmp_path / "指数.csv", include_bom=True)
        imports.run_import(tmp_path / "指数.csv")
    store("balances", {FRI: [balance(zhang, 60_000)]})
    flag()
    with acting(lin):
        (known,) = ask("risk.betas_of_client", {"client": zhang.pk})
        assert (known["index"], known["beta"], known["is_used"]) == ("沪深300（大盘）", "1.60", True)
        found = ask("risk.stress_of_client", {"client": zhang.pk})
        assert (found["measured"], found["assumed"]) == ("100%", "")
        falls = {row["scenario"]: row["share"] for row in found["rows"]}
        assert falls["2024-02 微盘股下跌"] == "-11.7%"  # 1.6 times the index's 7.3 %


def test_a_share_with_few_prices_has_insufficient_data_and_falls_as_its_index(lin, zhang, tmp_path):
    buy(tmp_path, zhang, "600519", 100, 1000, {THU: 1000, FRI: 1000})
    with as_system():
        rows = [{"日期": day.isoformat(), "证券代码": "000300.SH", "收盘价": 4000} for day in (THU, FRI)]
        pl.DataFrame(rows).write_csv(tmp_path / "指数.csv", include_bom=True)
        imports.run_import(tmp_path / "指数.csv")
    flag()
    with acting(lin):
        (known,) = ask("risk.betas_of_client", {"client": zhang.pk})
        assert (known["beta"], known["days"], known["is_used"]) == ("", 1, False) and "数据不足" in known["why"]
        assert ask("risk.stress_of_client", {"client": zhang.pk})["measured"] == ""

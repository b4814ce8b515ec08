"""Positions of every client at a close: the same as on the page of each client, from a file or from the trades."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from dakehu.analytics import average_cost
from dakehu.domains.ledger.close import history, holdings, replay
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import Bucket, Closing, SecurityCode
from dakehu.domains.ledger.performance import portfolio
from dakehu.domains.ledger.trades import compaction
from dakehu.exchange.imports import service as imports
from dakehu.interfaces.cli.example import market
from tests.cast import acting, as_system
from tests.domains.ledger.close.test_buckets import DAYS as FIRM_DAYS
from tests.domains.ledger.close.test_buckets import firm  # noqa: F401  # forty clients in small buckets

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
DAYS = [day for day in (date(2026, 1, 5) + timedelta(n) for n in range(90)) if day.weekday() < 5]


@pytest.fixture
def invested(tmp_path, settings, lin, zhang, qian):
    """Two clients with the trades of two active invented ones, and their prices."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    rows = market.statement(DAYS, DAYS[-1] + timedelta(days=1))
    busy = sorted({row["客户号"] for row in rows}, key=lambda code: -sum(row["客户号"] == code for row in rows))[:2]
    names = dict(zip(busy, ("C0001", "C0002"), strict=True))
    kept = [{**row, "客户号": names[row["客户号"]]} for row in rows if row["客户号"] in names]
    with as_system():
        imports.run_import(market._write(tmp_path / "交割单.csv", market.HEADINGS, kept))
        imports.run_import(market.write_prices(tmp_path / "行情.csv", DAYS))
    return zhang, qian


def shown_to(reader, client, day) -> pl.DataFrame:
    """Return what the page of a client shows on a day, by product."""
    with acting(reader):
        rows = portfolio.portfolio(client)["holdings"]
        ids = dict(SecurityCode.objects.values_list("code", "product_id"))
    names = ("quantity", "value", "weight", "cost")
    return pl.DataFrame(
        [{"client": client.pk, "product": ids[row["code"]], **{name: row[name] for name in names}} for row in rows],
        schema=replay.COLUMNS,
    ).sort("product")


def same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Return whether two frames have the same positions, numbers within rounding."""
    return one.select("client", "product").equals(other.select("client", "product")) and all(
        np.allclose(one[name].to_numpy(), other[name].to_numpy(), rtol=1e-9, atol=1e-6, equal_nan=True)
        for name in ("quantity", "value", "weight", "cost")
    )


@pytest.mark.parametrize("day", [DAYS[20], DAYS[45], DAYS[-1]])
def test_holdings_of_a_day_are_those_of_the_page_of_each_client(invested, lin, wang, day):
    with as_system():
        before = holdings.frame(day)
        close_run.close(day=day)
        name = Closing.objects.get().file
        published = holdings.frame(day)
    assert history.holdings_path_of(name).is_file() and same(before, published)
    for client, reader in zip(invested, (lin, wang), strict=True):
        rows = published.filter(pl.col("client") == client.pk).sort("product")
        assert rows.height and same(rows, shown_to(reader, client, day))
        assert rows["weight"].sum() == pytest.approx(1.0)


def test_a_walk_over_many_days_gives_what_each_day_gives(invested):
    with as_system():
        walked = dict(holdings.frames(DAYS[::7]))
        assert list(walked) == DAYS[::7]
        assert all(same(walked[day], holdings.frame(day)) for day in walked)
        assert holdings.frame(DAYS[0] - timedelta(days=30)).is_empty() and len({f.height for f in walked.values()}) > 1


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize("compacted", [True, False])
def test_a_day_is_the_same_bucket_by_bucket_as_from_all_trades_at_once(compacted, monkeypatch):
    day = FIRM_DAYS[9]
    with as_system():
        whole = holdings.frame(day)
        monkeypatch.setattr(compaction, "ROWS", 100)
        monkeypatch.setattr(holdings, "AT_ONCE", 100)
        if compacted:
            compaction.compact()
        assert Bucket.objects.count() >= 4 * compacted and whole.height > 100
        assert holdings.frame(day).equals(whole)


def test_a_restated_price_changes_the_days_that_are_computed(invested):
    with as_system():
        before = holdings.frame(DAYS[30])
        product = before["product"][0]
        from dakehu.domains.ledger.close import inputs as close_inputs

        close_inputs.import_prices(source="restated", day=DAYS[30], prices={product: 1.0})
        after = holdings.frame(DAYS[30])
    rows = after.filter(pl.col("product") == product)
    assert rows["value"].to_list() == rows["quantity"].to_list() and not same(before, after)


def test_only_the_files_of_the_newest_closes_are_kept(invested):
    with as_system():
        for day in DAYS[40:47]:
            close_run.close(day=day)
        names = list(Closing.objects.order_by("-day").values_list("file", flat=True))
        assert [history.holdings_path_of(name).is_file() for name in names] == [True] * holdings.KEPT + [False] * 2
        assert not holdings.frame(DAYS[40]).is_empty()


def test_a_desk_without_trades_holds_nothing_and_people_do_not_read_the_whole_firm(settings, tmp_path, lin):
    settings.DAKEHU_HOME = tmp_path
    with as_system():
        assert holdings.frame(DAYS[0]).is_empty() and holdings.frame(DAYS[0]).schema == replay.COLUMNS
    with acting(lin), pytest.raises(PermissionError):
        holdings.frame(DAYS[0])


def test_a_short_position_costs_what_it_brought_and_a_split_leaves_the_cost():
    start = average_cost.position_starts(np.array([0, 4, 6]), np.array([0, 0, 0, 0, 0, 1], np.int32))
    assert start.tolist() == [0, 4, 5, 6]
    held, cost = np.empty(6, np.int64), np.empty(6)
    quantity = np.array([1000, 1000, -500, -2000, 100, -100])
    value, fee = np.array([10.0, 0.0, 9.0, 40.0, 5.0, 6.0]), np.array([1.0, 0.0, 1.0, 4.0, 0.5, 0.5])
    average_cost.replay(start, quantity, value, fee, held, cost)
    assert held.tolist() == [1000, 2000, 1500, -500, 100, -100]
    assert cost.tolist() == pytest.approx([11.0, 11.0, 8.25, 9.0, 5.5, 5.5])

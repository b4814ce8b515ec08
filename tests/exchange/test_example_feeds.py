"""The daily files of the demonstration: reproducible, consistent with its trades, and recognised by their headings."""

from datetime import date, timedelta

import polars as pl

from dakehu.exchange.feeds.layouts import recognise_feed
from dakehu.exchange.workbook import reading
from dakehu.interfaces.cli.example import feeds

DAY = date(2026, 11, 29)
DAYS = [day for back in range(730, 0, -1) if (day := DAY - timedelta(days=back)).weekday() < 5]


def test_every_file_is_known_by_its_headings_and_each_feed_has_one(tmp_path):
    paths = feeds.write_feeds(tmp_path, DAYS, DAY)
    found = [recognise_feed(reading.open_book(path)).feed.name for path in paths]
    assert sorted(found) == sorted(
        "balances activity margin_contracts allotments announcements security_events product_events product_navs"
        " product_risks permissions_held client_lines supervisory_notices".split()
    )


def test_the_same_day_makes_the_same_files(tmp_path):
    first = [path.read_bytes() for path in feeds.write_feeds(tmp_path / "a", DAYS, DAY)]
    assert first == [path.read_bytes() for path in feeds.write_feeds(tmp_path / "b", DAYS, DAY)]


def test_balances_add_up_and_nobody_owes_cash(tmp_path):
    rows = pl.read_csv(feeds.write_feeds(tmp_path, DAYS, DAY)[0])
    parts = rows["资金余额"] + rows["证券市值"] + rows["产品市值"] + rows["信用资产"] - rows["融资融券负债"]
    assert (parts - rows["总资产"]).abs().max() < 0.02 and rows["资金余额"].min() >= 0
    assert rows["业务日期"].n_unique() == 250

"""A feed file step by step, for the browser: its content and business day, then dry run and import in the background.

The recognition result is stored with the batch (its report, "feed"), so that page views do not open the file.
"""

from typing import Any

from dakehu.domains.ledger.feeds.declarations import feed_of
from dakehu.exchange.feeds import layouts, service
from dakehu.exchange.feeds.layouts import FeedTable
from dakehu.exchange.imports.batch_files import original_book, plan_of
from dakehu.exchange.mapping import mapping as planning
from dakehu.exchange.statements.batch import check_open
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import batches


def save_answer(batch: Any, table: FeedTable, by_hand: bool = False) -> None:
    """Note on a batch that it is a feed, and the recognition result. Call inside an act."""
    named = layouts.day_in_name(table.filename)
    batch.report = {
        **batch.report,
        "feed": {
            "feed": table.feed.name,
            "rows": table.cells.height,
            "columns": list(table.places),
            "units": {name: unit.words for name, unit in table.units.items()},
            "has_day": "day" in table.places,
            "named_day": named.isoformat() if named else "",
            "day": "",
            "by_hand": by_hand,
        },
    }


def answer_of(batch: Any) -> dict[str, Any]:
    """Return {feed, rows, columns, units, has_day, named_day (of the file name), day (chosen), by_hand}; {} for other files."""
    return dict(batch.report.get("feed", {}))


def choose_day(number: int, text: str) -> None:
    """Set the day of a file without a date column; "" means the day in its name. Raises Refused."""
    with act("workbook.correct_mapping"):
        batch = batches.get_own(number, lock=True)
        check_open(batch)
        kept = answer_of(batch)
        if not kept or kept["has_day"]:
            return
        day = service.read_day(text).isoformat() if text.strip() else ""
        batch.report = {**batch.report, "feed": {**kept, "day": day}}
        batch.state = BatchState.OPENED.value
        batch.save()


def is_dated(batch: Any) -> bool:
    """Return whether the day of the file is known."""
    kept = answer_of(batch)
    return bool(kept.get("has_day") or kept.get("day") or kept.get("named_day"))


def table_of(batch: Any) -> FeedTable:
    """Return the feed of a batch. Raises Refused if its file is no longer recognised as one."""
    kept, book, plan = answer_of(batch), original_book(batch), plan_of(batch)
    hand = planning.ledger_table(plan)
    table = layouts.feed_from_named_columns(book, hand) if hand else layouts.recognise_feed(book, kept["feed"])
    if table is None or table.feed is not feed_of(kept["feed"]):
        raise Refused(
            bilingual(
                "这个文件不再认得是每日数据，请重新上传。",
                "This file is no longer known as daily data; upload it again.",
            )
        )
    table.rates = dict(plan.rates)
    return service.set_day(table, kept["day"])

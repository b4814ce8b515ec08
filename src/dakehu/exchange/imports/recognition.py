"""Recognise the kind of a file: as a person states, else a feed, a statement, prices, or tables of clients."""

from dataclasses import dataclass, replace

from dakehu.exchange.feeds import layouts as feed_layouts
from dakehu.exchange.feeds.service import set_day
from dakehu.exchange.mapping import mapping as planning
from dakehu.exchange.mapping.changes import read_rates
from dakehu.exchange.mapping.choices import Choices, stated_mapping
from dakehu.exchange.prices import layouts as price_layout
from dakehu.exchange.statements import service as statements
from dakehu.exchange.workbook import reading
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

FEED = "feed"  # the kind stated by a person, together with the name of the feed


@dataclass
class Recognized:
    """The mapping stated by a person, and the recognised kind of a file; all None for tables of clients."""

    plan: planning.ImportMapping | None = None
    statement: statements.Statement | None = None
    prices: price_layout.PriceTable | None = None
    feed: feed_layouts.FeedTable | None = None

    @property
    def ledger(self) -> statements.Statement | price_layout.PriceTable | feed_layouts.FeedTable | None:
        """Return the part handled by the ledger's own readers."""
        return self.feed or self.statement or self.prices


def recognize(book: reading.Book, choices: Choices) -> Recognized:
    """Return the recognised kind of a file. Raises Refused for a choice that the file does not allow."""
    found = _recognize(book, choices)
    if found.feed is not None:
        found.feed.rates = found.plan.rates if found.plan else read_rates(dict(choices.rates))
        set_day(found.feed, choices.day)
    elif choices.kind == FEED:
        raise Refused(
            {
                "feed": [
                    bilingual(
                        "从表头认不出是哪一种每日数据，请指明（--feed balances 等）。",
                        "The headings do not tell which feed it is; say so (--feed balances or another).",
                    )
                ]
            }
        )
    return found


def _recognize(book: reading.Book, choices: Choices) -> Recognized:
    is_about_cells = bool(choices.columns or choices.units or choices.order or choices.header_row or choices.sheet)
    if choices.kind == FEED or choices.feed:
        if not is_about_cells or not choices.feed:
            return Recognized(feed=feed_layouts.recognise_feed(book, choices.feed))
        feed = feed_layouts.get_feed_by_name(choices.feed)
        choices = replace(choices, kind=feed_layouts.part_of(feed.name))
    plan = stated_mapping(book, choices)
    if plan is None:
        found = feed_layouts.recognise_feed(book)
        if found is not None and not is_about_cells:
            return Recognized(feed=found)
        statement = None if found else statements.recognise(book)
        if (found is None and statement is None) or not (choices.units or choices.order):
            return Recognized(None, statement, None if statement else price_layout.recognise_prices(book))
        kind = feed_layouts.part_of(found.feed.name) if found else planning.STATEMENT
        plan = stated_mapping(book, replace(choices, kind=kind))
    table = planning.ledger_table(plan) if plan else None
    if table is None:
        return Recognized(plan)
    if table.part == planning.STATEMENT:
        return Recognized(plan, statement=statements.statement_from_named_columns(book, table))
    if table.part == planning.PRICES:
        return Recognized(plan, prices=price_layout.prices_from_named_columns(book, table))
    return Recognized(plan, feed=feed_layouts.feed_from_named_columns(book, table))

"""Stepwise import of files for the ledger: the recognition result is stored with their batch."""

from typing import Any

from dakehu.exchange.feeds import batch as feed_batch
from dakehu.exchange.feeds import layouts as feed_layouts
from dakehu.exchange.imports.batch_files import original_book, plan_of
from dakehu.exchange.imports.dry_run import Progress
from dakehu.exchange.mapping import mapping as planning
from dakehu.exchange.prices import layouts as price_layout
from dakehu.exchange.statements import batch as statement_batch
from dakehu.exchange.statements import service as statements
from dakehu.exchange.workbook import reading
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.imports import batches


def keep_prices(batch: Any, prices: price_layout.PriceTable, by_hand: bool = False) -> None:
    kept = {"shape": prices.shape, "rows": prices.cells.height, "by_hand": by_hand}
    batch.report = {**batch.report, "prices": kept}


def keep_by_hand(batch: Any, plan: planning.ImportMapping, book: reading.Book) -> None:
    """Mark a batch as a manually declared statement, price file or feed. Raises Refused while columns are missing."""
    table = planning.ledger_table(plan)
    if table is not None and table.part == planning.STATEMENT:
        statement_batch.save_answer(batch, statements.glimpse_by_hand(book, table), by_hand=True)
    elif table is not None and table.part == planning.PRICES:
        keep_prices(batch, price_layout.prices_from_named_columns(book, table), by_hand=True)
    elif table is not None:
        feed_batch.save_answer(batch, feed_layouts.feed_from_named_columns(book, table), by_hand=True)


def kind_of(batch: Any) -> str:
    """Return "statement", "prices", "feed", or "" for tables of clients. A file imported on the command line has this
    only in its report."""
    if statement_batch.is_dry_run(batch):
        return "statement"
    if has_prices(batch):
        return "prices"
    if feed_batch.answer_of(batch):
        return "feed"
    ended = batch.state in (BatchState.APPLIED, BatchState.UNDONE, BatchState.REFUSED)
    return str(batches.report_of(batch).get("kind", "")) if ended else ""


def has_prices(batch: Any) -> bool:
    """Return whether a batch is a price file."""
    return "prices" in batch.report


def prices_of(batch: Any, progress: Progress) -> price_layout.PriceTable:
    book, hand = original_book(batch), planning.ledger_table(plan_of(batch))
    found = price_layout.prices_from_named_columns(book, hand) if hand else price_layout.recognise_prices(book)
    progress(0.3, bilingual("正在逐个核对价格", "Checking every price"))
    return _check_still_recognised(found, bilingual("行情文件", "a price file"))


def statement_of(batch: Any, progress: Progress) -> statements.Statement:
    book, hand = original_book(batch), planning.ledger_table(plan_of(batch))
    found = statements.statement_from_named_columns(book, hand) if hand else statements.recognise(book)
    progress(0.3, bilingual("正在逐行核对", "Checking every row"))
    return _check_still_recognised(found, bilingual("对账单", "a statement"))


def _check_still_recognised(found: Any, kind: Bilingual) -> Any:
    """Return the recognition result of a file. Raises Refused if it is no longer recognised."""
    if found is None:
        zh, en = "这个文件不再认得是{kind}，请重新上传。", "This file is no longer known as {kind}; upload it again."
        raise Refused(bilingual(zh, en, kind=kind))
    return found

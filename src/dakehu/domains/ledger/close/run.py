"""Run the nightly close: read trades and prices, compute figures in chunks, publish all at once.

Chunks are stored under DAKEHU_HOME/close by the digest of the inputs, so that a close that was killed resumes. The
history file of a day is written whole before the action that names it commits: old or new, never mixed.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from dakehu.analytics import kernel
from dakehu.analytics.figures import Figures as Computed
from dakehu.analytics.month_ends import MonthEnds
from dakehu.domains.ledger.close import book as close_book
from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close import firm_book, history, holdings
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.models import Closing, Figures, PriceFile, Product, SecurityCode, TradeBatch
from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.trades import compaction, journal
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.recorded import add_audit_note, publish_event
from dakehu.foundation.records.replacement import replace_rows

AT_ONCE = 20_000  # clients per chunk
EPOCH = close_rows.EPOCH
SHOWN = 50


def close(
    *,
    day: date | None = None,
    allow_stale: int | None = None,
    at_once: int = AT_ONCE,
    engine: str = "local",
    progress: Callable[..., None] = no_progress,
) -> dict[str, Any]:
    """Close a day.

    Returns {day, clients, unchanged, chunks_kept, published, compacted}; `compacted` counts trade files moved into
    buckets first. engine: "local" or "spark" give the same figures, and either can finish what the other began. The
    same inputs closed again change nothing. Raises Refused, with a list, where prices of something held are missing or
    older than `allow_stale` calendar days.
    """
    if not current_actor().may(Permission.SYSTEM_WRITE):
        raise NotAllowed(bilingual("每晚结算", "the nightly close"), Permission.SYSTEM_WRITE)
    day, computing = day or trading_days.last_complete_day(), _engine(engine)
    allowed = firm_settings.current("PRICES_STALE_DAYS") if allow_stale is None else allow_stale
    compacted = compaction.compact()["files"]
    with elevated("the nightly close"):
        digest = _digest(day)
        closing = Closing.objects.filter(day=day).first()
        if closing is not None and closing.digest == digest and history.path_of(closing.file).is_file():
            return {
                "day": day.isoformat(),
                "clients": closing.clients,
                "unchanged": True,
                "chunks_kept": 0,
                "published": False,
                "compacted": compacted,
            }
        progress(0.0, bilingual("正在读取成交与行情", "Reading trades and prices"))
        clients, assets, book = _load_book(day, allowed)
        parts, kept_count = _compute(digest, clients, book, at_once, computing, progress)
        progress(0.9, bilingual("正在发布指标", "Publishing the figures"))
        file_name = f"{day.isoformat()}-{digest[:12]}"
        journal.write(history.path_of(file_name), pa.concat_tables([pq.read_table(path) for path in parts]))
        positions = holdings.replay_book(clients, assets, book)
        holdings.write(history.holdings_path_of(file_name), positions.on(day))
        days = book.ordinals
        del book, positions  # the larger part of the memory, not needed to publish
        current = not Closing.objects.filter(day__gt=day).exists()
        publish(day=day, digest=digest, name=file_name, parts=parts, days=days, current=current)
        shutil.rmtree(parts[0].parent)
        holdings.delete_old_files()
    progress(1.0, bilingual("结算完成", "Closed"))
    return {
        "day": day.isoformat(),
        "clients": len(clients),
        "unchanged": False,
        "chunks_kept": kept_count,
        "published": current,
        "compacted": compacted,
    }


def _digest(day: date) -> str:
    """Return the digest of all inputs: registers of trades and prices, products, benchmark, kernel, restricted clients."""
    inputs = [
        day.isoformat(),
        firm_settings.current("BENCHMARK"),
        close_chunks.kernel_fingerprint(),
        sorted(TradeBatch.objects.values_list("file", "client_id")),
        sorted(PriceFile.objects.filter(day__lte=day).values_list("file", flat=True)),
        sorted(Product.objects.values_list("pk", "kind", "currency")),
        sorted(SecurityCode.objects.values_list("market", "code", "product_id")),
    ]
    restricted = close_inputs.restricted_ids()
    if restricted:
        inputs.append({"restricted": restricted})
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()


def _load_book(day: date, allowed: int) -> tuple[np.ndarray, np.ndarray, kernel.Book]:
    """Return (client ids, product ids of the prices, book) of a day. Raises Refused without trades or with stale prices."""
    trades = close_inputs.arrays_for_close(day)
    if not len(trades.clients):
        raise Refused(
            {
                "date": [
                    bilingual(
                        "{day} 及以前没有成交记录，无可结算。",
                        "There are no trades up to {day}; nothing to close.",
                        day=day.isoformat(),
                    )
                ]
            }
        )
    days = firm_book.calendar_of(trades.day, day)
    prices = close_inputs.price_matrix(trades.assets, days)
    held_securities = close_book.closing_positions(trades.offsets, trades.asset, trades.quantity)
    is_stale = close_book.stale_prices(held_securities, prices.as_of, int(days[-1]), allowed)
    if is_stale.any():
        raise _missing_prices(
            trades.assets[held_securities.index[is_stale]],
            held_securities.holders[is_stale],
            prices.as_of[held_securities.index[is_stale], -1],
            day,
        )
    return trades.clients, trades.assets, firm_book.book_of(trades, prices)


def _missing_prices(assets: np.ndarray, holders: np.ndarray, priced_on: np.ndarray, day: date) -> Refused:
    """Return the Refused that lists held securities without a current price."""
    names = products.product_names(assets.tolist())
    lines = [
        bilingual(
            "{day} 有 {n} 只持仓证券缺少行情或行情过旧。请导入行情文件（dakehu import 行情.csv，列：日期、证券代码、收盘价），或放宽 --allow-stale 天数。",
            "On {day} {n} securities held have no price or too old a one. Import a price file (dakehu import prices.csv, columns: date, code, close), or allow older ones with --allow-stale DAYS.",
            day=day.isoformat(),
            n=len(assets),
        )
    ]
    for asset, count, price_day in list(zip(assets.tolist(), holders.tolist(), priced_on.tolist(), strict=True))[
        :SHOWN
    ]:
        product = names.get(asset, {"code": asset, "name": ""})
        last = bilingual("无", "none") if price_day < 0 else (EPOCH + timedelta(days=price_day)).isoformat()
        lines.append(
            bilingual(
                "{code} {name}：最近行情 {last}，持有客户 {n} 位",
                "{code} {name}: last price {last}, held by {n} clients",
                code=product["code"],
                name=product["name"],
                last=last,
                n=count,
            )
        )
    return Refused({"prices": list(lines)})


def _engine(name: str) -> close_chunks.Engine:
    """Return the engine by name. Raises Refused where Spark is not available."""
    if name == "spark":
        from dakehu.domains.ledger.close import spark  # an extra: imported only when asked for

        return spark.engine()
    return close_chunks.compute_chunks


def _compute(
    digest: str,
    clients: np.ndarray,
    book: kernel.Book,
    at_once: int,
    engine: close_chunks.Engine,
    progress: Callable[..., None],
) -> tuple[list[Path], int]:
    """Write a file of figures for each chunk; return (files, number computed by an earlier run)."""
    folder = history.path_of(digest).with_suffix("")
    folder.mkdir(exist_ok=True, mode=0o700)
    ends = [(begin, min(begin + at_once, len(clients))) for begin in range(0, len(clients), at_once)]
    chunks = [close_chunks.Chunk(begin, end, folder / f"{begin}-{end}.parquet") for begin, end in ends]
    missing = [chunk for chunk in chunks if not chunk.path.is_file()]
    done_before = len(clients) - sum(chunk.end - chunk.begin for chunk in missing)

    def done(count: int) -> None:
        total = done_before + count
        progress(0.1 + 0.8 * total / len(clients), bilingual("已计算 {n} 位客户", "{n} clients computed", n=total))

    engine(book, clients, missing, done)
    return [chunk.path for chunk in chunks], len(chunks) - len(missing)


@action(
    "ledger.publish_figures", needs=Permission.SYSTEM_WRITE, zh="发布客户指标", en="Publish figures", is_public=False
)
def publish(*, day: date, digest: str, name: str, parts: list[Path], days: np.ndarray, current: bool) -> Closing:
    """Register the day's history file and, unless a later day is closed, replace all clients' figures."""
    row = Closing.objects.filter(day=day).first() or Closing(day=day)
    existing = np.array(scope.client_model().objects.order_by("pk").values_list("pk", flat=True), np.int64)
    if current:
        count = replace_rows(Figures, (_frame(path, existing, days, day) for path in parts))
    else:
        count = sum(int(np.isin(pq.read_table(path, columns=["client"])["client"], existing).sum()) for path in parts)
    row.digest, row.file, row.clients = digest, name, count
    row.save()
    add_audit_note(day=day.isoformat(), digest=digest, clients=count)
    publish_event("ledger.closed", day=day.isoformat(), clients=count)
    return row


def _frame(path: Path, existing: np.ndarray, days: np.ndarray, day: date) -> pl.DataFrame:
    """Return the rows of a chunk for the table of figures, without clients that are gone. existing: int64, ascending."""
    clients, figures, months = close_chunks.read_with_months(path)
    kept = np.isin(clients, existing)
    if not kept.all():
        clients, figures = clients[kept], Computed(figures.values[kept], figures.reasons[kept])
        months = MonthEnds(months.values[kept], months.flows[kept], months.day_profit[kept])
    return close_rows.frame(clients, figures, months, days, day)

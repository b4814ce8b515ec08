"""The nightly close: trades and prices read, every client's figures computed in chunks, all of them published at once.

Chunks lie under DAKEHU_HOME/close by the digest of what was read, so that a close that was killed goes on where it was.
The history file of a day is written whole before the act that names it commits: old or new, never mixed.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from dakehu.analytics import kernel
from dakehu.analytics.figures import Figures as Computed
from dakehu.domains.ledger.close import book as close_book
from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.models import Closing, Figures, PriceFile, Product, SecurityCode, SecurityKind, TradeBatch
from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.trades import compaction, journal
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.bulk import record_columns, remove_rows
from dakehu.foundation.records.recorded import add_audit_note, publish_event

AT_ONCE = 20_000  # clients of a chunk
CURRENCY = "CNY"
READY = time(16)  # prices of the day are made by then
EPOCH = close_rows.EPOCH
SHOWN = 50


def last_day() -> date:
    """The last trading day whose prices are made."""
    now = clock.local(clock.now())
    end = now.date() if now.time() >= READY else now.date() - timedelta(days=1)
    return trading_days.trading_days_between(end - timedelta(days=30), end)[-1]


def close(
    *,
    day: date | None = None,
    allow_stale: int | None = None,
    at_once: int = AT_ONCE,
    engine: str = "local",
    progress: Callable[..., None] = no_progress,
) -> dict[str, Any]:
    """Close a day: {day, clients, unchanged, chunks_kept, published, compacted}; `compacted` counts files of trades put into
    buckets on the way. engine: "local" or "spark"; the figures are the same, and what one has begun the other finishes.
    Refused where prices of something held on the day
    are missing or older than `allow_stale` calendar days, with a list. The same inputs closed again change nothing."""
    if not current_actor().may(Permission.SYSTEM_WRITE):
        raise NotAllowed(bilingual("每晚结算", "the nightly close"), Permission.SYSTEM_WRITE)
    day, computing = day or last_day(), _engine(engine)
    allowed = settings.PRICES_STALE_DAYS if allow_stale is None else allow_stale
    compacted = compaction.compact()["files"]
    with elevated("the nightly close"):
        digest = _digest(day)
        last = Closing.objects.filter(day=day).first()
        if last is not None and last.digest == digest and path_of(last.file).is_file():
            return {
                "day": day.isoformat(),
                "clients": last.clients,
                "unchanged": True,
                "chunks_kept": 0,
                "published": False,
                "compacted": compacted,
            }
        progress(0.0, bilingual("正在读取成交与行情", "Reading trades and prices"))
        clients, days, book = _read(day, allowed)
        parts, kept = _compute(digest, clients, book, at_once, computing, progress)
        progress(0.9, bilingual("正在发布指标", "Publishing the figures"))
        name = f"{day.isoformat()}-{digest[:12]}"
        journal.write(path_of(name), pa.concat_tables([pq.read_table(path) for path in parts]))
        current = not Closing.objects.filter(day__gt=day).exists()
        publish(day=day, digest=digest, name=name, parts=parts, days=days, current=current)
        shutil.rmtree(parts[0].parent)
    progress(1.0, bilingual("结算完成", "Closed"))
    return {
        "day": day.isoformat(),
        "clients": len(clients),
        "unchanged": False,
        "chunks_kept": kept,
        "published": current,
        "compacted": compacted,
    }


def path_of(name: str) -> Path:
    """The history file of a close."""
    made = Path(settings.DAKEHU_HOME) / "close"
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made / f"{name}.parquet"


def _digest(day: date) -> str:
    """Of all that the figures follow from: registers of trades and prices, products, the index, the kernel itself."""
    told = [
        day.isoformat(),
        settings.BENCHMARK,
        close_chunks.kernel_fingerprint(),
        sorted(TradeBatch.objects.values_list("file", "client_id")),
        sorted(PriceFile.objects.filter(day__lte=day).values_list("file", flat=True)),
        sorted(Product.objects.values_list("pk", "kind", "currency")),
        sorted(SecurityCode.objects.values_list("market", "code", "product_id")),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _read(day: date, allowed: int) -> tuple[np.ndarray, np.ndarray, kernel.Book]:
    made = close_inputs.arrays_for_close(day)
    if not len(made.clients):
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
    days = calendar_of(made.day, day)
    prices = close_inputs.price_matrix(made.assets, days)
    held = close_book.closing_positions(made.offsets, made.asset, made.quantity)
    lacking = close_book.stale_prices(held, prices.as_of, int(days[-1]), allowed)
    if lacking.any():
        raise _no_price(
            made.assets[held.index[lacking]], held.holders[lacking], prices.as_of[held.index[lacking], -1], day
        )
    return made.clients, days, book_of(made, prices)


def calendar_of(dealt: np.ndarray, day: date) -> np.ndarray:
    """Trading days from the first of `dealt` (days since 1970-01-01) to `day`, with those and `day`: int32 [D]."""
    first = EPOCH + timedelta(days=int(dealt.min()))
    trading = [(d - EPOCH).days for d in trading_days.trading_days_between(first, day)]
    return np.unique(np.append(dealt, np.array([*trading, (day - EPOCH).days], np.int32))).astype(np.int32)


def book_of(made: close_inputs.Trades, prices: close_inputs.Prices) -> kernel.Book:
    """What the kernel reads, on the days of the prices. Refused where an exchange rate is missing."""
    days = prices.days
    return close_book.build_book(
        offsets=made.offsets,
        asset=made.asset,
        day=made.day,
        quantity=made.quantity,
        amount=made.amount,
        fee=made.fee,
        kind=made.kind,
        matrix=prices.matrix,
        days=days,
        rates=_rates(made.assets, days),
        market=index_levels(settings.BENCHMARK, days),
    )


def _no_price(assets: np.ndarray, holders: np.ndarray, made: np.ndarray, day: date) -> Refused:
    named = products.product_names(assets.tolist())
    lines = [
        bilingual(
            "{day} 有 {n} 只持仓证券缺少行情或行情过旧。请导入行情文件（dakehu import 行情.csv，列：日期、证券代码、收盘价），或放宽 --allow-stale 天数。",
            "On {day} {n} securities held have no price or too old a one. Import a price file (dakehu import prices.csv, columns: date, code, close), or allow older ones with --allow-stale DAYS.",
            day=day.isoformat(),
            n=len(assets),
        )
    ]
    for asset, count, when in list(zip(assets.tolist(), holders.tolist(), made.tolist(), strict=True))[:SHOWN]:
        told = named.get(asset, {"code": asset, "name": ""})
        last = bilingual("无", "none") if when < 0 else (EPOCH + timedelta(days=when)).isoformat()
        lines.append(
            bilingual(
                "{code} {name}：最近行情 {last}，持有客户 {n} 位",
                "{code} {name}: last price {last}, held by {n} clients",
                code=told["code"],
                name=told["name"],
                last=last,
                n=count,
            )
        )
    return Refused({"prices": list(lines)})


def _rates(assets: np.ndarray, days: np.ndarray) -> np.ndarray:
    """float64 [A, D]: what one unit of each security's currency is worth in CNY, by the product of kind 汇率 whose code
    is the pair (USDCNY). Refused where a rate is missing on any day from the first trade on."""
    currency = dict(Product.objects.values_list("pk", "currency"))
    made = np.ones((len(assets), len(days)))
    foreign = sorted({currency[a] for a in assets.tolist()} - {CURRENCY})
    codes = SecurityCode.objects.filter(product__kind=SecurityKind.RATE, code__in=[f"{c}{CURRENCY}" for c in foreign])
    pairs = {code[:3]: product for code, product in codes.values_list("code", "product_id")}
    missing = []
    for name in foreign:
        row = close_inputs.price_matrix(np.array([pairs.get(name, 0)]), days).matrix[0]
        if np.isnan(row).any():
            missing.append(name)
        made[[i for i, a in enumerate(assets.tolist()) if currency[a] == name]] = row
    if missing:
        raise Refused(
            {
                "currency": [
                    bilingual(
                        "缺少汇率：{names}。请导入自首笔交易起的汇率（dakehu import 汇率.csv，列：日期、证券代码、收盘价，代码如 USDCNY）。",
                        "No exchange rate for {names}: import rates from the first trade on (dakehu import rates.csv, columns: date, code, close, with codes such as USDCNY).",
                        names="、".join(missing),
                    )
                ]
            }
        )
    return made


def index_levels(name: str, days: np.ndarray) -> np.ndarray:
    """Levels of an index (code.market) on some days, float64 [D]; NaN throughout where it has not been entered."""
    code, _, market = name.partition(".")
    found = SecurityCode.objects.filter(code=code, market=market).values_list("product_id", flat=True).first()
    return close_inputs.price_matrix(np.array([found or 0]), days).matrix[0]


def benchmark_name() -> str:
    """The name of the index to compare with; "" where it has not been entered."""
    return index_name(settings.BENCHMARK)


def index_name(name: str) -> str:
    """What an index (code.market) is called; "" where it has not been entered."""
    code, _, market = name.partition(".")
    named = SecurityCode.objects.filter(code=code, market=market).values_list("product__name", flat=True).first()
    return named or ""


def _engine(name: str) -> close_chunks.Engine:
    if name == "spark":
        from dakehu.domains.ledger.close import spark  # an extra: imported only when asked for

        return spark.engine()
    return close_chunks.compute_chunk


def _compute(
    digest: str,
    clients: np.ndarray,
    book: kernel.Book,
    at_once: int,
    engine: close_chunks.Engine,
    progress: Callable[..., None],
) -> tuple[list[Path], int]:
    """A file of figures for each chunk of clients; returns the files and how many were there from an earlier run."""
    folder = path_of(digest).with_suffix("")
    folder.mkdir(exist_ok=True, mode=0o700)
    ends = [(begin, min(begin + at_once, len(clients))) for begin in range(0, len(clients), at_once)]
    chunks = [close_chunks.Chunk(begin, end, folder / f"{begin}-{end}.parquet") for begin, end in ends]
    lacking = [chunk for chunk in chunks if not chunk.path.is_file()]
    before = len(clients) - sum(chunk.end - chunk.begin for chunk in lacking)

    def done(count: int) -> None:
        n = before + count
        progress(0.1 + 0.8 * n / len(clients), bilingual("已计算 {n} 位客户", "{n} clients computed", n=n))

    engine(book, clients, lacking, done)
    return [chunk.path for chunk in chunks], len(chunks) - len(lacking)


@action(
    "ledger.publish_figures", needs=Permission.SYSTEM_WRITE, zh="发布客户指标", en="Publish figures", is_public=False
)
def publish(*, day: date, digest: str, name: str, parts: list[Path], days: np.ndarray, current: bool) -> Closing:
    """Name the day's history file and, unless a later day is closed already, put the figures of all clients in the place
    of those published before."""
    row = Closing.objects.filter(day=day).first() or Closing(day=day)
    count = 0
    if current:
        remove_rows(Figures, Figures.objects.values_list("pk", flat=True))
    for path in parts:
        clients, made = close_chunks.read(path)
        alive = np.isin(clients, np.array(list(_living(clients)), np.int64))
        clients, made = clients[alive], Computed(made.values[alive], made.reasons[alive])
        count += len(clients)
        if current and len(clients):
            told = {"client_id": clients.tolist(), "as_of": [day] * len(clients), **close_rows.columns(made, days)}
            record_columns(Figures, len(clients), told)
    row.digest, row.file, row.clients = digest, name, count
    row.save()
    add_audit_note(day=day.isoformat(), digest=digest, clients=count)
    publish_event("ledger.closed", day=day.isoformat(), clients=count)
    return row


def _living(clients: np.ndarray) -> set[int]:
    model, found = scope.client_model(), set()
    for start in range(0, len(clients), 5000):
        found |= set(model.objects.filter(pk__in=clients[start : start + 5000].tolist()).values_list("pk", flat=True))
    return found

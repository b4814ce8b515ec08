"""Run the nightly close: survey the buckets of the journal, compute them one by one, publish all atomically.

Memory scales with the largest bucket, not with all trades. What a bucket reports and its figures are files under
DAKEHU_HOME/close by the digest of the inputs, so that a close that was killed resumes. The history file of a day is
written completely before the action that names it commits: old or new, never mixed.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from dakehu.analytics.figures import Figures as Computed
from dakehu.analytics.month_ends import MonthEnds
from dakehu.domains.clients.queries import merge_survivors
from dakehu.domains.ledger.close import book as close_book
from dakehu.domains.ledger.close import buckets, engines, firm_book, history, holdings
from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.models import Closing, Figures, PriceFile, Product, SecurityCode
from dakehu.domains.ledger.prices import months
from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.trades import compaction, journal, reader
from dakehu.domains.ledger.trades.owners import Owners
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
from dakehu.foundation.records.replacement import id_runs, replace_rows

TRIES = 3  # while clients are merged during the close
EPOCH = close_rows.EPOCH
SHOWN = 50


def close(
    *,
    day: date | None = None,
    allow_stale: int | None = None,
    engine: str = "local",
    progress: Callable[..., None] = no_progress,
) -> dict[str, Any]:
    """Close a day.

    Returns {day, clients, unchanged, chunks_kept, published, compacted}; `compacted` counts trade files moved into
    buckets first, `chunks_kept` buckets computed by an earlier run. engine: "local" or "spark" give the same figures, and
    either can resume the work of the other. Closing the same inputs again changes nothing; trades registered while
    it runs are included in the next close. Raises Refused, with a list, if held securities have no price or one older
    than `allow_stale` calendar days.
    """
    if not current_actor().may(Permission.SYSTEM_WRITE):
        raise NotAllowed(bilingual("每晚结算", "the nightly close"), Permission.SYSTEM_WRITE)
    day, open_engine = day or trading_days.last_complete_day(), engines.get_engine(engine)
    allowed = firm_settings.current("PRICES_STALE_DAYS") if allow_stale is None else allow_stale
    compacted = 0
    with elevated("the nightly close"), open_engine() as perform:
        months.join_months()
        for _ in range(TRIES):
            compacted += compaction.compact()["files"]
            register = reader.register()
            plan, digest = _plan(day, register), _digest(day, register)
            closing = Closing.objects.filter(day=day).first()
            if closing is not None and closing.digest == digest and history.path_of(closing.file).is_file():
                return _report(day, closing.clients, unchanged=True, compacted=compacted)
            progress(0.0, bilingual("正在读取成交与行情", "Reading trades and prices"))
            work = _Work(digest, plan, perform, progress)
            surveys = work.survey()
            if not any(survey.moved for survey in surveys.values()):
                break
        else:
            raise Refused(
                bilingual(
                    "结算期间一直有客户合并，请稍后再运行。",
                    "Clients were being merged all the while; run the close again later.",
                )
            )
        filled = [name for name, survey in surveys.items() if survey.clients]
        market = _market(day, list(surveys.values()), allowed)
        kept = work.compute(market, filled)
        progress(0.9, bilingual("正在发布指标", "Publishing the figures"))
        file_name = f"{day.isoformat()}-{digest[:12]}"
        parts = [buckets.figures_path(work.folder, name) for name in filled]
        journal.join(history.path_of(file_name), parts)
        held = [buckets.holdings_path(work.folder, name) for name in filled]
        journal.join(history.holdings_path_of(file_name), held)
        current = not Closing.objects.filter(day__gt=day).exists()
        publish(day=day, digest=digest, name=file_name, parts=parts, days=market.days, current=current)
        shutil.rmtree(work.folder)
        holdings.delete_old_files()
    progress(1.0, bilingual("结算完成", "Closed"))
    clients = sum(survey.clients for survey in surveys.values())
    return _report(day, clients, chunks_kept=kept, published=current, compacted=compacted)


def _report(
    day: date, clients: int, *, compacted: int, unchanged: bool = False, chunks_kept: int = 0, published: bool = False
) -> dict[str, Any]:
    """Return the report of a close."""
    return {
        "day": day.isoformat(),
        "clients": clients,
        "unchanged": unchanged,
        "chunks_kept": chunks_kept,
        "published": published,
        "compacted": compacted,
    }


@dataclass(frozen=True)
class _Work:
    """The folder of a close, named after the digest of its inputs, and the engine that fills it."""

    digest: str
    plan: buckets.Plan
    perform: buckets.Engine
    progress: Callable[..., None]

    @property
    def folder(self) -> Path:
        """Return the folder, created if missing."""
        folder = history.path_of(self.digest).with_suffix("")
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    def survey(self) -> dict[str, buckets.Survey]:
        """Return what each bucket needs and contains. Raises Refused for a damaged bucket."""
        buckets.write_plan(self.folder, self.plan)
        names = list(self.plan.buckets)
        self._perform(buckets.SURVEY, names, 0.0, 0.1, bilingual("正在读取成交", "Reading trades"))
        return {name: buckets.read_survey(self.folder, name) for name in names}

    def compute(self, market: buckets.Market, names: list[str]) -> int:
        """Write the figures of some buckets; return the number that an earlier run had computed."""
        buckets.write_market(self.folder, market)
        return self._perform(buckets.FIGURES, names, 0.1, 0.9, bilingual("正在计算指标", "Computing the figures"))

    def _perform(self, step: str, names: list[str], begin: float, end: float, words: str) -> int:
        """Perform a step on the buckets where it is missing; return the number of the others."""
        missing = [name for name in names if not buckets.output_path(self.folder, step, name).is_file()]
        kept = len(names) - len(missing)

        def done(count: int) -> None:
            self.progress(begin + (end - begin) * (kept + count) / len(names), words)

        if missing:
            self.perform(self.folder, step, missing, done)
        return kept


def _plan(day: date, register: reader.Register) -> buckets.Plan:
    """Return what is closed: the buckets and the register at one point in time."""
    return buckets.Plan(
        day=day,
        journal=journal.folder(),
        buckets={bucket.file: bucket.sha256 for bucket in register.buckets},
        owners=Owners(register.number, register.owner),
        restricted=np.array(sorted(close_inputs.restricted_ids()), np.int64),
        merged=np.array(merge_survivors(), np.int64),
        classes=close_inputs.product_classes(),
    )


def _digest(day: date, register: reader.Register) -> str:
    """Return the digest of all inputs: trades in buckets, prices, products, benchmark, kernel, restricted clients."""
    batches = zip(register.number.tolist(), register.files, register.owner.tolist(), strict=True)
    inputs = [
        day.isoformat(),
        firm_settings.current("BENCHMARK"),
        close_chunks.kernel_fingerprint(),
        sorted((file, owner) for number, file, owner in batches if number in register.compacted),
        sorted(PriceFile.objects.filter(day__lte=day).values_list("file", flat=True)),
        sorted(Product.objects.values_list("pk", "kind", "currency")),
        sorted(SecurityCode.objects.values_list("market", "code", "product_id")),
    ]
    restricted = sorted(close_inputs.restricted_ids())
    if restricted:
        inputs.append({"restricted": restricted})
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()


def _market(day: date, surveys: list[buckets.Survey], allowed: int) -> buckets.Market:
    """Return prices and calendar of the buckets' securities. Raises Refused without trades or with stale prices."""
    if not any(survey.trades for survey in surveys):
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
    assets = np.unique(np.concatenate([survey.assets for survey in surveys]))
    days = firm_book.calendar_of(np.unique(np.concatenate([survey.days for survey in surveys])), day)
    prices = close_inputs.price_matrix(assets, days)
    holders = np.zeros(len(assets), np.int64)
    for survey in surveys:
        holders[np.searchsorted(assets, survey.held)] += survey.holders
    index = np.flatnonzero(holders)
    is_stale = close_book.stale_prices(index, prices.as_of, int(days[-1]), allowed)
    if is_stale.any():
        stale = index[is_stale]
        raise _missing_prices(assets[stale], holders[stale], prices.as_of[stale, -1], day)
    rates = firm_book.rates(assets, days)
    market = firm_book.index_levels(firm_settings.current("BENCHMARK"), days)
    return buckets.Market(assets, days, prices.matrix * rates, rates, market)


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


@action(
    "ledger.publish_figures", needs=Permission.SYSTEM_WRITE, zh="发布客户指标", en="Publish figures", is_public=False
)
def publish(*, day: date, digest: str, name: str, parts: list[Path], days: np.ndarray, current: bool) -> Closing:
    """Register the day's history file and, unless a later day is closed, replace all clients' figures."""
    row = Closing.objects.filter(day=day).first() or Closing(day=day)
    existing = np.array(id_runs(scope.client_model()).runs, np.int64).reshape(-1, 2)
    count = sum(
        int(_are_in(pq.read_table(path, columns=["client"])["client"].to_numpy(), existing).sum()) for path in parts
    )
    row.digest, row.file, row.clients = digest, name, count
    row.save()
    add_audit_note(day=day.isoformat(), digest=digest, clients=count)
    publish_event("ledger.closed", day=day.isoformat(), clients=count)
    if current:  # last, since readers of the figures wait from the swap of the table to the commit
        replace_rows(Figures, (_frame(path, existing, days, day) for path in parts))
    return row


def _frame(path: Path, existing: np.ndarray, days: np.ndarray, day: date) -> pl.DataFrame:
    """Return the rows of a chunk for the table of figures, without deleted clients. existing: as for _are_in."""
    clients, figures, months = close_chunks.read_with_months(path)
    kept = _are_in(clients, existing)
    if not kept.all():
        clients, figures = clients[kept], Computed(figures.values[kept], figures.reasons[kept])
        months = MonthEnds(months.values[kept], months.flows[kept], months.day_profit[kept])
    return close_rows.frame(clients, figures, months, days, day)


def _are_in(ids: np.ndarray, runs: np.ndarray) -> np.ndarray:
    """Return which ids are in one of some ranges. Shape: ids int64 [N], runs int64 [R, 2], first and last, ascending → bool [N]."""
    place = np.searchsorted(runs[:, 0], ids, side="right")
    lasts = np.append(-1, runs[:, 1])  # ids are not negative
    return ids <= lasts[place]

"""The ledger's part of the nightly run: compact trade files, compute and publish figures, report missing feeds."""

from datetime import date
from typing import Any

from django.db.models import Count, Max

from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.feeds.declarations import FEEDS
from dakehu.domains.ledger.models import Closing, FeedFile, TradeBatch
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_missing_data, declare_step

CLOSE = "ledger.close"
IMPORT = "exchange.import_files"


def _close(night: Night) -> dict[str, Any]:
    """Close the day. A desk without trades has nothing to close."""
    if not TradeBatch.objects.exists():
        words = bilingual("没有成交记录，无可结算。", "There are no trades; nothing to close.")
        return {"clients": 0, "unchanged": True, "words": words}
    result = close_run.close(day=night.day, progress=night.progress)
    if result["unchanged"]:
        return {**result, "words": bilingual("成交与行情没有变化。", "Neither trades nor prices have changed.")}
    words = bilingual(
        "已计算 {clients} 位客户的指标。", "Figures of {clients} clients computed.", clients=result["clients"]
    )
    return {**result, "words": words}


def data_state() -> dict[str, Any]:
    """Return plain values that change when a feed file or a close changes: the inputs of later steps."""
    feeds = FeedFile.objects.aggregate(count=Count("pk"), last=Max("pk"), changed=Max("changed_at"))
    closes = Closing.objects.aggregate(count=Count("pk"), changed=Max("changed_at"))
    return {"feeds": feeds, "closes": closes}


def _missing_feeds(day: date) -> list[Bilingual]:
    """Return the daily feeds that were imported earlier but not for this day."""
    come = set(FeedFile.objects.filter(day=day).values_list("feed", flat=True))
    earlier = set(FeedFile.objects.filter(day__lt=day).values_list("feed", flat=True))
    return [
        bilingual("{day} 的{label}还没有到", "{label} of {day} has not come", day=day.isoformat(), label=feed.label)
        for feed in FEEDS.values()
        if feed.every_day and feed.name in earlier - come
    ]


declare_step(NightlyStep(CLOSE, "结算与客户指标", "Close and figures", order=20, run=_close, depends=(IMPORT,)))
declare_missing_data("feeds", _missing_feeds)

"""State of the feeds: what was imported last, what is late, what is missing."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Min

from dakehu.domains.ledger.feeds import rules
from dakehu.domains.ledger.feeds.access import check_may_import, known_feeds
from dakehu.domains.ledger.feeds.feed import Feed
from dakehu.domains.ledger.models import FeedFile
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.registry import query


@query("ledger.feeds", needs=Permission.SYSTEM_READ, zh="每日数据", en="Daily data")
def feeds() -> list[dict[str, Any]]:
    """Return the state of each feed that the reader may know of.

    [{feed, label, description, storage, day: the newest, rows, received_at, source, files: days imported, since:
    the first, expected: the newest day due by now, due_at, late: trading days late, missing: days of the last 20 trading
    days, state: never | punctual | late | gaps | irregular, words: the state in a sentence, may_import}].
    """
    now = clock.local(clock.now())
    trading = trading_days.trading_days_between(now.date() - timedelta(days=60), now.date() + timedelta(days=20))
    totals = {
        row["feed"]: row
        for row in FeedFile.objects.values("feed").annotate(files=Count("pk"), since=Min("day")).order_by()
    }
    return [_feed_state(feed, totals.get(feed.name), trading, now) for feed in known_feeds()]


def _feed_state(feed: Feed, total: dict[str, Any] | None, trading: list[Any], now: Any) -> dict[str, Any]:
    rows = FeedFile.objects.filter(feed=feed.name)
    last = rows.order_by("-day").first()
    first_day = total["since"] if total else None
    came = list(rows.filter(day__gte=trading[0]).order_by("day").values_list("day", flat=True))
    if first_day is not None and (not came or first_day < came[0]):
        came.insert(0, first_day)
    if last is not None and came[-1] != last.day:
        came.append(last.day)
    found = rules.punctuality(feed, came, trading, now)
    state, words = _state_text(feed, last is not None, found)
    return {
        "feed": feed.name,
        "label": feed.label,
        "description": feed.description,
        "storage": feed.storage,
        "day": last.day if last else None,
        "rows": last.rows if last else None,
        "received_at": last.received_at if last else None,
        "source": last.source if last else "",
        "files": total["files"] if total else 0,
        "since": first_day,
        "expected": found.expected,
        "due_at": found.due_at,
        "late": found.late,
        "missing": list(found.missing),
        "state": state,
        "words": words,
        "may_import": _may_import(feed),
    }


def _may_import(feed: Feed) -> bool:
    try:
        check_may_import(feed)
    except NotAllowed:
        return False
    return True


def _state_text(feed: Feed, has_come: bool, found: rules.Punctuality) -> tuple[str, Bilingual]:
    """Return the state of a feed and the sentence that describes it."""
    if not has_come:
        return "never", bilingual("还没有收到过", "has never come")
    if not feed.every_day:
        return "irregular", bilingual("有内容的日子才送", "comes on days that have something to say")
    if found.late and found.due_at is not None:
        return "late", bilingual(
            "迟到 {n} 个交易日，{day} 的数据应在 {due} 前送到",
            "late by {n} trading days: that of {day} was due by {due}",
            n=found.late,
            day=found.expected.isoformat() if found.expected else "",
            due=found.due_at.strftime("%Y-%m-%d %H:%M"),
        )
    if found.missing:
        return "gaps", bilingual(
            "最新的已到，近 20 个交易日缺 {n} 天",
            "the newest has come; {n} of the last 20 trading days lack",
            n=len(found.missing),
        )
    return "punctual", bilingual("按时", "on time")

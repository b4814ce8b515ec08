"""The feeds: facts delivered daily that no trade statement contains. The order is that of pages and documents."""

from dakehu.domains.ledger.feeds.client_feeds import (
    ACTIVITY,
    ALLOTMENTS,
    BALANCES,
    CLIENT_LINES,
    MARGIN_CONTRACTS,
    PERMISSIONS_HELD,
    SUPERVISORY_NOTICES,
)
from dakehu.domains.ledger.feeds.feed import KINDS, STORAGES, Feed
from dakehu.domains.ledger.feeds.security_feeds import (
    ANNOUNCEMENTS,
    PRODUCT_EVENTS,
    PRODUCT_NAVS,
    PRODUCT_RISKS,
    SECURITY_EVENTS,
)

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (
        BALANCES,
        ACTIVITY,
        MARGIN_CONTRACTS,
        ALLOTMENTS,
        ANNOUNCEMENTS,
        SECURITY_EVENTS,
        PRODUCT_EVENTS,
        PRODUCT_NAVS,
        PRODUCT_RISKS,
        PERMISSIONS_HELD,
        CLIENT_LINES,
        SUPERVISORY_NOTICES,
    )
}


def feed_of(name: str) -> Feed:
    """Return a feed by its name. Raises KeyError for an unknown one."""
    return FEEDS[name]


def _check(feed: Feed) -> None:
    """Raise ValueError for a declaration that contradicts itself."""
    names = [column.name for column in feed.columns]
    unknown = [column.name for column in feed.columns if column.kind not in KINDS]
    if unknown or len(set(names)) < len(names) or feed.storage not in STORAGES or not set(feed.key) <= set(names):
        raise ValueError(f"feed {feed.name}: columns {names}, key {feed.key}, storage {feed.storage}")


for _feed in FEEDS.values():
    _check(_feed)

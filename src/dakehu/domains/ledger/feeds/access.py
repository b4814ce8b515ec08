"""Who may import a feed, and who may know of it."""

from dakehu.domains.ledger.feeds.declarations import FEEDS
from dakehu.domains.ledger.feeds.feed import Feed
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual


def permission_of(feed: Feed) -> str:
    """Return the permission that importing a feed needs: a file of one contains every client of the firm."""
    return Permission.SUPERVISION if feed.is_secret else Permission.FEED_IMPORT


def check_may_import(feed: Feed) -> None:
    """Raise NotAllowed if the actor may not import a feed."""
    needs = permission_of(feed)
    if not current_actor().may(needs):
        raise NotAllowed(bilingual(f"导入“{feed.zh}”", f"import “{feed.en}”"), needs)


def may_import_any() -> bool:
    """Return whether the actor may import some feed."""
    return any(current_actor().may(permission_of(feed)) for feed in FEEDS.values())


def known_feeds() -> list[Feed]:
    """Return the feeds that the actor may know of."""
    may_know = current_actor().may(Permission.SUPERVISION)
    return [feed for feed in FEEDS.values() if may_know or not feed.is_secret]

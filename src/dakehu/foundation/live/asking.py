"""Polling for pages without a stream: changes since an entry, and other users on the page."""

from dataclasses import dataclass

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.live import changes, presence
from dakehu.foundation.live.reach import changed_parts, may_open
from dakehu.foundation.schema import live_pages


@dataclass(frozen=True)
class Answer:
    """`entry` for the next poll, the parts to redraw, and ids of the other users with the page open."""

    entry: int
    parts: list[str]
    others: list[int]


def ask_changes(name: str, subject: int, entry: int | None) -> Answer:
    """Return the changes on a page since `entry`, none where that is None. Raises NotFound."""
    page, user = live_pages.find(name), current_actor().user_id
    if page is None or user is None or not may_open(page, subject):
        raise NotFound(bilingual("页面", "page"), name)
    presence.mark(f"asks-{user}", user, name, subject)
    here = presence.present([(name, subject)])[name, subject] - {user}
    if entry is None:
        return Answer(changes.last_entry(), [], sorted(here))
    newest, found = changes.changes_after(entry)
    return Answer(newest, changed_parts(page, subject, found), sorted(here))

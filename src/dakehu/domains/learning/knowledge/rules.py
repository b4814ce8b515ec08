"""Decide an article's status by its review date and the pages it concerns, and check versions. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from dakehu.domains.learning.choices import ReviewStanding
from dakehu.foundation.base.i18n import Bilingual, bilingual

HIDDEN_AFTER = timedelta(days=30)  # after the review date; house default
LONGEST = 60_000  # characters per text
MOST_PAGES = 10


def standing_of(review_by: date, today: date) -> ReviewStanding:
    """Return the status of an article: current until its review date, then overdue, hidden 30 days after it."""
    if today <= review_by:
        return ReviewStanding.CURRENT
    return ReviewStanding.OVERDUE if today <= review_by + HIDDEN_AFTER else ReviewStanding.HIDDEN


def text_fault(text: str) -> Bilingual | None:
    """Return the error of the text of a version, None if it is valid."""
    if not text.strip():
        return bilingual("请填写正文。", "Write a text.")
    if len(text) > LONGEST:
        return bilingual("正文不超过 {n} 字。", "At most {n} characters.", n=LONGEST)
    return None


def pages_fault(pages: str) -> Bilingual | None:
    """Return the error of page addresses separated by spaces; None if they are valid."""
    listed = pages.split()
    if len(listed) > MOST_PAGES:
        return bilingual("最多填写 {n} 个页面。", "At most {n} pages.", n=MOST_PAGES)
    wrong = next((one for one in listed if not one.startswith("/") or one.startswith("//")), None)
    if wrong is None:
        return None
    return bilingual(
        "“{page}”不是页面地址，应以 / 开头。", "“{page}” is no address of a page; it begins with /.", page=wrong
    )


def is_about_page(pages: str, path: str) -> bool:
    """Return whether an article with these pages concerns a path: the page itself, or one below it. "/" is the start page only."""
    return any(path == one or (one != "/" and path.startswith(one.rstrip("/") + "/")) for one in pages.split())


def next_number(numbers: Iterable[int]) -> int:
    """Return the number of the next version."""
    return max(numbers, default=0) + 1

"""Items that wait for a person, other than approval requests: lists of other pages, named and counted on the approvals page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query


@dataclass(frozen=True)
class ReviewList:
    """A list of what waits for review: who may decide, the page that shows it, and the number that the actor may decide on."""

    name: str
    zh: str
    en: str
    permission: Permission
    url: str
    count: Callable[[], int]

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)


_declared: dict[str, ReviewList] = {}


def declare(*lists: ReviewList) -> None:
    """Register lists of reviews. Raises ValueError for a name declared twice."""
    for one in lists:
        if _declared.setdefault(one.name, one) != one:
            raise ValueError(f"reviews of {one.name} are declared twice")


def review_lists() -> Iterator[ReviewList]:
    """Return every declared list, by its name."""
    return iter(sorted(_declared.values(), key=lambda one: one.name))


@query("compliance.review_lists", needs=Permission.APPROVAL_READ, zh="其他待复核事项", en="Other reviews that wait")
def waiting_reviews() -> list[dict[str, Any]]:
    """Return what waits for the reader on other pages: [{name, label, url, count}], without empty lists."""
    allowed = [one for one in review_lists() if current_actor().may(one.permission)]
    counted = [(one, one.count()) for one in allowed]
    return [
        {"name": one.name, "label": str(one.label), "url": one.url, "count": count} for one, count in counted if count
    ]

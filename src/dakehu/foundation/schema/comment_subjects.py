"""Subjects of comments: declared by domains, one entry per kind of record; used by comments and the pages that show
them."""

from collections.abc import Iterator
from dataclasses import dataclass

from dakehu.foundation.base.i18n import Bilingual, bilingual


@dataclass(frozen=True)
class CommentSubject:
    """A kind of record that can be commented on.

    `model` is its label, whose scope determines who sees it; `needs` the permission to see such records at all. `url`
    is the page of one, with {id}; `title` its name field. The path from its rows to their client is `client_path`.
    """

    kind: str
    zh: str
    en: str
    model: str
    url: str
    needs: str
    title: str = "subject"

    @property
    def name(self) -> Bilingual:
        return bilingual(self.zh, self.en)

    @property
    def is_client(self) -> bool:
        """Return whether the record is a client itself."""
        return self.kind == "client"


_declared: dict[str, CommentSubject] = {}


def declare(*subjects: CommentSubject) -> None:
    """Register kinds of records. Raises ValueError for a kind declared twice."""
    for one in subjects:
        if _declared.get(one.kind, one) != one:
            raise ValueError(f"comments about {one.kind} are declared twice")
        _declared[one.kind] = one


def find(kind: str) -> CommentSubject | None:
    """Return a kind by its code or by its name in either language, None where there is none."""
    found = _declared.get(kind)
    said = kind.strip().casefold()
    return found or next((one for one in subjects() if said in (one.zh, one.en.casefold())), None)


def subjects() -> Iterator[CommentSubject]:
    """Yield every declared kind, by its code."""
    return iter(sorted(_declared.values(), key=lambda one: one.kind))

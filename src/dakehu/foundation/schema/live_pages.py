"""Pages with live updates: declared by domains, rendered by any interface.

A page consists of parts; each part names the tables whose rows it shows. When an action changes such a row, open pages
within reach receive the name of the part, never its content, and reload it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dakehu.foundation.base.i18n import Bilingual, bilingual


@dataclass(frozen=True)
class LivePage:
    """A page that receives updates.

    parts: {part: labels of models}. subject: label of the model of the record that the page is about, "" for a page
    about many records. anywhere: models whose rows do not refer to that record, so that each change of one within
    reach may concern the page. needs: the permission required for updates.
    """

    name: str
    zh: str
    en: str
    parts: Mapping[str, tuple[str, ...]]
    subject: str = ""
    needs: str = ""
    anywhere: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", MappingProxyType(dict(self.parts)))

    @property
    def title(self) -> Bilingual:
        return bilingual(self.zh, self.en)


_declared: dict[str, LivePage] = {}


def declare(*pages: LivePage) -> None:
    """Register live pages of a domain. Raises ValueError for a name declared twice."""
    for page in pages:
        if _declared.get(page.name, page) != page:
            raise ValueError(f"live page {page.name} is declared twice")
        _declared[page.name] = page


def find(name: str) -> LivePage | None:
    """Return the page of this name, None without one."""
    return _declared.get(name)


def pages() -> Iterator[LivePage]:
    """Yield every declared page by name."""
    return iter(sorted(_declared.values(), key=lambda page: page.name))

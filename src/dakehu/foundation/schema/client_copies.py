"""Parts of the data copy that a client may request which are in no table: declared by the domain that stores them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.base.i18n import Bilingual, bilingual


@dataclass(frozen=True)
class CopySource:
    """A part of the copy: `read(client id)` → [{(label in zh, label in en): plain value}], in the order of the rows."""

    name: str
    zh: str
    en: str
    read: Callable[[int], list[dict[tuple[str, str], Any]]]

    @property
    def title(self) -> Bilingual:
        return bilingual(self.zh, self.en)


_declared: dict[str, CopySource] = {}


def declare(*sources: CopySource) -> None:
    """Register sources. Raises ValueError for a name declared twice."""
    for source in sources:
        if _declared.get(source.name, source) != source:
            raise ValueError(f"part of the copy {source.name} is declared twice")
        _declared[source.name] = source


def sources() -> Iterator[CopySource]:
    return iter(sorted(_declared.values(), key=lambda source: source.name))

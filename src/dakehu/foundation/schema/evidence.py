"""Evidence about a client without a foreign key to the client: declared by the domains.

Rows of tables with a path to a client are found automatically (exchange.evidence).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dakehu.foundation.base.i18n import Bilingual


@dataclass(frozen=True)
class EvidenceSource:
    """A source of evidence: `find(client, since, until)` returns rows of a table, or plain dictionaries.

    `client` is the row of the client, both days are in the period. `needs` is the required permission, `day` the date
    column of plain dictionaries, `columns` their labels: {column: label}.
    """

    name: str
    title: Bilingual
    find: Callable[[Any, date, date], Iterable[Any]]
    needs: str = ""
    day: str = ""
    columns: Mapping[str, Bilingual] = field(default_factory=dict)


_declared: dict[str, EvidenceSource] = {}


def declare(source: EvidenceSource) -> None:
    """Register a source. Raises ValueError for a name declared twice."""
    if _declared.setdefault(source.name, source) != source:
        raise ValueError(f"evidence {source.name} is declared twice")


def sources() -> Iterator[EvidenceSource]:
    """Return every declared source, by name."""
    return iter([_declared[name] for name in sorted(_declared)])

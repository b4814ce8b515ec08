"""What belongs into the evidence about a client without hanging on the client in the database: declared by the domains.

Rows of tables that lead to a client are found by themselves (exchange.evidence).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dakehu.foundation.base.i18n import Bilingual


@dataclass(frozen=True)
class EvidenceSource:
    """A source of evidence: `find(client, since, until)` returns rows of a table, or plain dictionaries.

    `client` is the row of the client, both days are in the period. `needs` is the permission without which nothing is asked,
    `day` the column of plain dictionaries that dates them, `columns` what they are called: {column: label}.
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
    """Every declared source, by name."""
    return iter([_declared[name] for name in sorted(_declared)])

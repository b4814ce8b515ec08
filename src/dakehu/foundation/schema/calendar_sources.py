"""Calendar entries: declared by domains, drawn on one time axis.

A domain declares a `CalendarSource` whose `load` returns the entries of some days that the actor may see. Interfaces
and feeds use entries only, never the tables behind them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dakehu.foundation.base.i18n import Bilingual, bilingual


@dataclass(frozen=True)
class CalendarEntry:
    """One entry of the calendar.

    starts, ends: local times without zone; for an `all_day` entry, midnight of its first and of its last day.
    title: a text that the reader is cleared for. client, owner: ids, None without one. link: a URL path in the desk,
    or "".
    key: unique name of the entry among all sources, such as "meeting:12", or "meeting:12@2026-12-01T10:00" in a series.
    minutes: the working time it takes. people: ids of all staff it occupies. mandatory: its deadline is external.
    move: name of the action that reschedules it, "" where that is not possible. state: "open", "done" or "cancelled".
    repeats: one of a series.
    """

    starts: datetime
    ends: datetime
    all_day: bool
    title: str
    client: int | None
    kind: str
    owner: int | None
    link: str
    key: str = ""
    minutes: int = 0
    people: tuple[int, ...] = ()
    mandatory: bool = False
    move: str = ""
    state: str = "open"
    repeats: bool = False


Load = Callable[[date, date, tuple[int, ...] | None], Iterable[CalendarEntry]]


@dataclass(frozen=True)
class CalendarSource:
    """A source of entries. `load(first, last, users)` reads through scope: entries that overlap the days from first to
    last and belong to one of `users` (None: to any within scope). `needs` is the permission required to load it;
    `order` places its entries of a day, smaller first. `kinds` names the kinds of its entries."""

    name: str
    zh: str
    en: str
    load: Load
    needs: str = ""
    order: int = 100
    kinds: Mapping[str, Bilingual] = field(default_factory=dict)

    @property
    def title(self) -> Bilingual:
        return bilingual(self.zh, self.en)


_declared: dict[str, CalendarSource] = {}


def declare(*sources: CalendarSource) -> None:
    """Register sources of a domain. Raises ValueError for a name declared twice."""
    for source in sources:
        if _declared.get(source.name, source) != source:
            raise ValueError(f"calendar source {source.name} is declared twice")
        _declared[source.name] = source


def sources() -> Iterator[CalendarSource]:
    """Yield every declared source in calendar order."""
    return iter(sorted(_declared.values(), key=lambda source: (source.order, source.name)))


def kind_name(kind: str) -> Bilingual | str:
    """Return the label of a kind of entries from its source, the kind itself without one."""
    return next((source.kinds[kind] for source in sources() if kind in source.kinds), kind)

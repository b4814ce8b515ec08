"""The facts used by rules: declared once in a domain's `facts.py`, read as columns by moments and tiers.

A fact table has one row for each of its subjects (a client, a holding of a client, a margin contract) on a day. Tables
of the same subject are joined on its key; every subject's key begins with `client`, so that the client's facts are
available for each of its rows too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from dakehu.foundation.base.i18n import Bilingual, bilingual

if TYPE_CHECKING:
    import polars as pl

# The kind of a fact's column, and its polars type:
# money (CNY, Float64), number (Float64), share (0.05 is 5 %, Float64), days (Int64), day (Date), text (String),
# choice (String, one of `choices`), flag (Boolean).
KINDS = ("money", "number", "share", "days", "day", "text", "choice", "flag")


@dataclass(frozen=True)
class Fact:
    """One fact: its name in code and rules (`total_assets`), its labels, its kind.

    `aliases` are further names under which a rule may call it. `choices`: (value, zh, en) of a fact of kind choice.
    `help` describes its calculation in both languages.
    """

    name: str
    zh: str
    en: str
    kind: str
    aliases: tuple[str, ...] = ()
    choices: tuple[tuple[str, str, str], ...] = ()
    help: Bilingual | str = ""

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)


@dataclass(frozen=True)
class Subject:
    """The subject of a frame's rows: a client, or something of a client. `key`: the columns that identify a row,
    `client` first."""

    name: str
    zh: str
    en: str
    key: tuple[str, ...] = ("client",)

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)


CLIENT = Subject("client", "客户", "Client")


@dataclass(frozen=True)
class FactTable:
    """Facts of one source and subject.

    load(day, names) → the frame as known at the close of `day`: the subject's key columns and the requested facts, at
    most one row per key, of every client (the caller restricts it to those a reader may see). A client without a row
    has every fact missing. It may be called for any of the last 250 trading days.

    as_of(day) → the day of the newest data at or before `day`; None where there is none: rules that need this table
    are then reported as waiting for data. None as the function: always known. `is_daily`: the data must be of the day
    itself, older data is not used.

    source: the origin of the facts, as display text ("柜台日终资产").
    """

    name: str
    facts: tuple[Fact, ...]
    load: Callable[[date, frozenset[str]], "pl.DataFrame"]
    source: Bilingual
    subject: Subject = CLIENT
    as_of: Callable[[date], date | None] | None = None
    is_daily: bool = False


_declared: dict[str, FactTable] = {}
_kept: ContextVar[dict[Any, Any] | None] = ContextVar("dakehu_kept_frames", default=None)


@contextmanager
def keeping_frames() -> Iterator[None]:
    """Share common frames among the tables loaded inside the block (see `cached_frame`)."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def cached_frame(key: Any, make: Callable[[], "pl.DataFrame"]) -> "pl.DataFrame":
    """Return a frame, computed once inside `keeping_frames` and every time outside of it."""
    frames = _kept.get()
    if frames is None:
        return make()
    if key not in frames:
        frames[key] = make()
    found: pl.DataFrame = frames[key]
    return found


def declare(*tables: FactTable) -> None:
    """Register fact tables. Raises ValueError for a table or a fact declared twice, or a fact of an unknown kind."""
    for table in tables:
        others = [other for other in _declared.values() if other.name != table.name]
        if _declared.get(table.name, table) != table:
            raise ValueError(f"fact table {table.name} is declared twice")
        taken = {fact.name for other in others for fact in other.facts}
        for fact in table.facts:
            if fact.kind not in KINDS or fact.name in taken:
                raise ValueError(
                    f"fact {fact.name} of {table.name} is declared twice or of no known kind ({fact.kind})"
                )
        _declared[table.name] = table


def tables() -> Iterator[FactTable]:
    """Yield every declared fact table."""
    return iter(tuple(_declared.values()))


def get_table(name: str) -> FactTable:
    """Return a table by its name. Raises KeyError for an undeclared one."""
    return _declared[name]


def facts_of(subject: Subject) -> dict[str, Fact]:
    """Return {name: fact} that a rule about this subject may use: its own, and those of its client."""
    return {fact.name: fact for table in tables() if table.subject in (subject, CLIENT) for fact in table.facts}


def table_of(name: str) -> FactTable:
    """Return the table of a fact. Raises KeyError for an unknown fact."""
    for table in tables():
        if any(fact.name == name for fact in table.facts):
            return table
    raise KeyError(name)

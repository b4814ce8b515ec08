"""The interface of a source: another system with tables, from any vendor.

A source signs in, describes its tables, yields their rows page by page since a moment, lists deleted records, and
accepts write-backs. Every cell is text in a uniform form, independent of its transport: numbers without exponent or
grouping, days `2026-11-29`, moments `2026-11-29 09:30:00` in Shanghai time, references as the id of their record,
several values joined by `；`, nothing as "".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

import polars as pl

from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual

ID, MODIFIED = "#id", "#modified"  # columns of every frame: the record's id, and when it last changed
NAME, MAIL = "__name", "__mail"  # suffixes of the additional columns for a reference to a person: name and mail
MOMENT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class SourceColumn:
    """A column: its name at the source, its label, and the type of its cells.

    `kind` is text, number, date, datetime, bool, choice, reference, person or other.
    """

    name: str
    label: str
    kind: str = "text"
    required: bool = False


@dataclass(frozen=True)
class SourceTableShape:
    """A table: its name at the source, its label and columns."""

    name: str
    label: str
    columns: tuple[SourceColumn, ...]


@dataclass(frozen=True)
class Page:
    """Some rows of a table, and the position from which reading continues ("" after the last)."""

    rows: pl.DataFrame
    place: str


@dataclass(frozen=True)
class Written:
    """The result of writing back one row: its record's id, or why it was refused."""

    record: str
    refusal: str = ""


@dataclass(frozen=True)
class Account:
    """How to sign in. The secrets are in plain text only here; the repr of an account shows none of them."""

    address: str
    app_id: str = ""
    sign_in_address: str = ""
    sign_in: str = "standard"
    acts_for: str = ""
    app_secret: str = field(default="", repr=False)
    grant: str = field(default="", repr=False)


class CrmSource(Protocol):
    """What every source can do. Each method may raise Refused with a text that states the remedy."""

    not_read: list[str]  # tables that the source has and the desk does not read

    def sign_in(self) -> None:
        """Get a token."""

    def describe(self) -> list[SourceTableShape]:
        """Return the tables that the desk reads and the source has."""

    def pages(self, table: SourceTableShape, since: str, place: str = "") -> Iterator[Page]:
        """Yield the rows changed since a moment ("" for all), continuing from `place`."""

    def deleted(self, table: SourceTableShape, since: str) -> list[str]:
        """Return the ids of records deleted since a moment, as far as the source reports them."""

    def write_back(self, table: str, rows: list[dict[str, Any]]) -> list[Written]:
        """Write rows ({column: text}, `#id` of the record or "" for a new one), one result for each."""

    def close(self) -> None:
        """Close the connections to the other system."""


Pause = Callable[[float], None]


def as_number(value: Any) -> str:
    """Return a number as plain text; other values unchanged."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite():
        return str(value)
    return f"{number:f}" if number == number.to_integral_value() and "." not in f"{number:f}" else _strip_zeros(number)


def _strip_zeros(number: Decimal) -> str:
    """Return a number without zeros after its last decimal."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_moment(value: Any) -> str:
    """Return an ISO moment with an offset as Shanghai time; other values unchanged."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return clock.local(moment).strftime(MOMENT) if moment.tzinfo else moment.strftime(MOMENT)


def frame_of(rows: list[dict[str, str]], columns: list[str]) -> pl.DataFrame:
    """Return rows as a frame of text with these columns; missing values are ""."""
    names = [ID, MODIFIED, *columns]
    return pl.DataFrame(
        {name: [row.get(name, "") for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String)
    )


def source_refusal(message: Bilingual) -> Refused:
    """Return the Refused of a source."""
    return Refused({"connection": [message]})


def unexpected_answer(system: str, what: str) -> Refused:
    """Return the Refused for a response in an unexpected form."""
    return source_refusal(
        bilingual(
            "“{system}”的回答不是预期的格式（{what}），没有写入任何内容；它可能已改版，请联系支持。",
            "“{system}” answered in an unexpected form ({what}) and nothing was written; it may have changed. Ask support.",
            system=system,
            what=what,
        )
    )

"""Where the tables of a source belong on the desk: which worksheet, and how its columns follow from a record.

A landing is declared for each table of a vendor (`zoho_tables.py`, `fxiaoke_tables.py`). A table without a worksheet is
kept as it is, encrypted, until the desk has a place for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dakehu.exchange.connectors.source import ID, MAIL, NAME
from dakehu.foundation.base.contact_parsing import split_contacts
from dakehu.foundation.schema.fields import model_of

Record = dict[str, str]
CLIENTS, INTERACTIONS, FOLLOW_UPS, KEPT = "clients", "interactions", "follow_ups", ""
PROSPECTS, OPPORTUNITIES = "prospects", "opportunities"


class Desk(Protocol):
    """What a landing may ask about the desk and the other records."""

    def code_of(self, record: str) -> str:
        """Return the client code of a record of clients, "" if there is none."""

    def client_of(self, references: list[str]) -> str:
        """Return the client code that the first of some references leads to, "" without one."""

    def name_of(self, record: str) -> str:
        """Return the name of a record of clients, "" if it is unknown."""

    def staff_of(self, name: str, mail: str) -> str:
        """Return the member of staff of this mail or name as an import reads it, "" without one."""


@dataclass(frozen=True)
class LandingColumn:
    """A column of the worksheet: its heading, its field, how it follows from a record, and the columns it uses up."""

    heading: str
    field: str
    value: Callable[[Record, Desk], str]
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Landing:
    """Where a table belongs. `links` are its columns that lead to clients; `unused` are of technical use only."""

    table: str
    part: str
    columns: tuple[LandingColumn, ...] = ()
    links: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    is_organisation: bool = False  # whether a client may be recognised by its name alone

    def consumed(self) -> set[str]:
        """Return the source columns that need no column of their own on the sheet."""
        return {*self.unused, *self.links, *(name for column in self.columns for name in column.uses)}


def column_from_first(heading: str, field: str, *names: str) -> LandingColumn:
    """Return a column that holds the first of some source columns that says anything."""
    return LandingColumn(heading, field, lambda record, desk: first_value(record, *names), names)


def constant_column(heading: str, field: str, text: str) -> LandingColumn:
    """Return a column with one text in every row."""
    return LandingColumn(heading, field, lambda record, desk: text)


def joined_column(heading: str, field: str, *names: str, sign: str = " ") -> LandingColumn:
    """Return a column that joins what some source columns say."""
    return LandingColumn(
        heading, field, lambda record, desk: sign.join(filter(None, (record.get(n, "") for n in names))), names
    )


def own_code() -> LandingColumn:
    """Return the column of the client's code."""
    return LandingColumn("客户号", "code", lambda record, desk: desk.code_of(record[ID]))


def client_code(*links: str) -> LandingColumn:
    """Return the column that names the client of a row, by the first reference that leads to one."""
    return LandingColumn(
        "客户号",
        "client_code",
        lambda record, desk: desk.client_of([one for name in links for one in record.get(name, "").split("；") if one]),
        links,
    )


def staff(heading: str, field: str, *names: str) -> LandingColumn:
    """Return the column of the member of staff who owns a record."""

    def value(record: Record, desk: Desk) -> str:
        name = next((n for n in names if record.get(n)), names[0])
        return desk.staff_of(record.get(name + NAME, ""), record.get(name + MAIL, ""))

    return LandingColumn(heading, field, value, (*names, *(n + end for n in names for end in (NAME, MAIL))))


def contacts(*names: str) -> tuple[LandingColumn, ...]:
    """Return the columns of telephones and mail that some source columns hold, each under its kind."""
    kinds = (("手机", "phone", "mobile"), ("座机", "landline", "landline"), ("邮箱", "mail", "mail"))
    return tuple(
        LandingColumn(heading, field, lambda record, desk, kind=kind: _contacts_of(record, kind, names), names)  # type: ignore[misc]
        for heading, field, kind in kinds
    )


def remark(*names: str, numbers: tuple[str, ...] = ()) -> LandingColumn:
    """Return the column of the remark: some texts, and telephone numbers that are none of a known form."""

    def value(record: Record, desk: Desk) -> str:
        unread = [f"电话 {record[n]}" for n in numbers if record.get(n) and not split_contacts(record[n])]
        return "；".join([*filter(None, (record.get(n, "") for n in names)), *unread])

    return LandingColumn("备注", "remark", value, names)


def channel_of(text: str) -> str:
    """Return a channel of the desk as people name it; what names none is 其他."""
    choices = model_of("service.Interaction")._meta.get_field("channel").choice_set
    found = choices.read(text) if text else None
    return str(found.zh) if found is not None else "其他"


def first_value(record: Record, *names: str) -> str:
    """Return the first of some columns that says anything."""
    return next((record[name] for name in names if record.get(name)), "")


def _contacts_of(record: Record, kind: str, names: tuple[str, ...]) -> str:
    """Return the contacts of one kind in some columns, each once."""
    found = [value for name in names for one, value in split_contacts(record.get(name, "")) if one == kind]
    return "、".join(dict.fromkeys(found))

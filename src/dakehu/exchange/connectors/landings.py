"""Mapping of a source's tables to the desk: the worksheet, and how its columns are derived from a record.

A landing is declared for each table of a vendor (`zoho_tables.py`, `fxiaoke_tables.py`). A table without a worksheet is
stored unchanged, encrypted, until the desk supports it.
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
    """The data about the desk and other records available to a landing."""

    def code_of(self, record: str) -> str:
        """Return the client code of a record of clients, "" if there is none."""

    def client_of(self, references: list[str]) -> str:
        """Return the client code of the first reference that resolves to one, "" without one."""

    def name_of(self, record: str) -> str:
        """Return the name of a record of clients, "" if it is unknown."""

    def staff_of(self, name: str, mail: str) -> str:
        """Return the member of staff with this mail or name in the form that an import reads, "" if none."""


@dataclass(frozen=True)
class LandingColumn:
    """A column of the worksheet: heading, field, derivation from a record, and the source columns it consumes."""

    heading: str
    field: str
    value: Callable[[Record, Desk], str]
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Landing:
    """The mapping of a table. `links` are its columns that reference clients; `unused` are purely technical."""

    table: str
    part: str
    columns: tuple[LandingColumn, ...] = ()
    links: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    is_organisation: bool = False  # whether a client may be matched by name alone

    def consumed(self) -> set[str]:
        """Return the source columns that need no separate column on the sheet."""
        return {*self.unused, *self.links, *(name for column in self.columns for name in column.uses)}


def column_from_first(heading: str, field: str, *names: str) -> LandingColumn:
    """Return a column with the first non-empty value of some source columns."""
    return LandingColumn(heading, field, lambda record, desk: first_value(record, *names), names)


def constant_column(heading: str, field: str, text: str) -> LandingColumn:
    """Return a column with the same text in every row."""
    return LandingColumn(heading, field, lambda record, desk: text)


def joined_column(heading: str, field: str, *names: str, sign: str = " ") -> LandingColumn:
    """Return a column that joins the values of some source columns."""
    return LandingColumn(
        heading, field, lambda record, desk: sign.join(filter(None, (record.get(n, "") for n in names))), names
    )


def own_code() -> LandingColumn:
    """Return the column of the client's code."""
    return LandingColumn("客户号", "code", lambda record, desk: desk.code_of(record[ID]))


def client_code(*links: str) -> LandingColumn:
    """Return the column that names the client of a row, by the first reference that resolves to one."""
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
    """Return the columns of telephones and mail in some source columns, each under its kind."""
    kinds = (("手机", "phone", "mobile"), ("座机", "landline", "landline"), ("邮箱", "mail", "mail"))
    return tuple(
        LandingColumn(heading, field, lambda record, desk, kind=kind: _contacts_of(record, kind, names), names)  # type: ignore[misc]
        for heading, field, kind in kinds
    )


def remark(*names: str, numbers: tuple[str, ...] = ()) -> LandingColumn:
    """Return the column of the remark: some texts, and telephone numbers in an unknown form."""

    def value(record: Record, desk: Desk) -> str:
        unread = [f"电话 {record[n]}" for n in numbers if record.get(n) and not split_contacts(record[n])]
        return "；".join([*filter(None, (record.get(n, "") for n in names)), *unread])

    return LandingColumn("备注", "remark", value, names)


def channel_of(text: str) -> str:
    """Return a channel of the desk by its common name; 其他 if unknown."""
    choices = model_of("service.Interaction")._meta.get_field("channel").choice_set
    found = choices.read(text) if text else None
    return str(found.zh) if found is not None else "其他"


def first_value(record: Record, *names: str) -> str:
    """Return the first non-empty value of some columns."""
    return next((record[name] for name in names if record.get(name)), "")


def _contacts_of(record: Record, kind: str, names: tuple[str, ...]) -> str:
    """Return the contacts of one kind in some columns, each once."""
    found = [value for name in names for one, value in split_contacts(record.get(name, "")) if one == kind]
    return "、".join(dict.fromkeys(found))

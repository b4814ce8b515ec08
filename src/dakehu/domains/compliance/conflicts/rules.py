"""Rules of conflicts of interest: which entries concern a piece of advice or a text, and what they require. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

BLOCK, DISCLOSE = "block", "disclose"


@dataclass(frozen=True)
class Entry:
    """An entry of the register. None or "": any person, any security. `until_on` is its last day, None while it lasts."""

    id: int
    kind: str
    staff: int | None
    client: int | None
    product: str
    effect: str
    disclosure: str
    from_on: date
    until_on: date | None
    product_name: str = ""


def conflicts_for(
    entries: Iterable[Entry], user: int | None, client: int | None, product: str, on: date
) -> list[Entry]:
    """Return the entries that concern a statement of a member of staff about a product to a client on a day, blocking ones first.

    An entry that names a client concerns that client only, one that names a product that product only; one that names neither
    concerns every statement of its person.
    """
    found = [
        one
        for one in entries
        if is_in_force(one, on)
        and one.staff in (None, user)
        and one.client in (None, client)
        and (not one.product or normalize_code(one.product) == normalize_code(product))
    ]
    return sorted(found, key=lambda one: (one.effect != BLOCK, one.id))


def is_in_force(entry: Entry, on: date) -> bool:
    """Return whether an entry is in force on a day, its first and last day included."""
    return entry.from_on <= on and (entry.until_on is None or on <= entry.until_on)


def normalize_code(text: str) -> str:
    """Return a code or text normalised for comparison: without spaces and line ends, in lower case."""
    return "".join(text.split()).lower()


def products_named(entries: Iterable[Entry], text: str) -> set[str]:
    """Return the products of the register that a text names by code or name."""
    plain = normalize_code(text)
    return {
        one.product
        for one in entries
        if one.product and any(normalize_code(word) in plain for word in (one.product, one.product_name) if word)
    }


def missing_disclosures(found: Iterable[Entry], text: str) -> list[str]:
    """Return the disclosures that are missing in a text, each once."""
    plain = normalize_code(text)
    wanted = [one.disclosure for one in found if one.effect == DISCLOSE]
    return list(dict.fromkeys(text for text in wanted if normalize_code(text) not in plain))


def entry_error(effect: str, disclosure: str, from_on: date, until_on: date | None) -> tuple[str, str, str] | None:
    """Return the error of an entry as (field, zh, en), None if it is valid."""
    if effect == DISCLOSE and not disclosure.strip():
        return "disclosure", "须披露的，请写明披露内容。", "State what is to be disclosed."
    if until_on is not None and until_on < from_on:
        return "until_on", "终止日期不能早于起始日期。", "It cannot end before it began."
    return None

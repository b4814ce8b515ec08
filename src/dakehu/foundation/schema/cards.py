"""The cards of the start page: declared once in a domain's `cards.py`, rendered by the interface by their kind.

A card names its query. The query's result depends on the card's kind:

- figures: {"figures": [number(…)], …}
- bars: {"bars": [number(…)], …}, drawn as rows, scaled to the largest
- columns: the same as vertical bars over time; "short" is the label under each
- months: {"months": ["2026-01", …], "line": [value or None], "bars": [value or None], "line_name", "bars_name",
"figures"}
- table: {"columns": [{"name", "label", "kind": "text|client|number|day"}], "rows": [{name: value}], "rows_at":
rows_at(…)};
  a value of kind number is a number(…), of kind client {"id", "name"}, of kind day {"on", "days"}
- dates: {"dates": [{"client", "on", "what"}]}
- checklist: the result of `team.setup_checklist`; the card disappears once everything is done
- day_list: the result of `service.today_list`

Any of them may have "as_of" (ISO date), "source" (of the numbers) and "rows_at".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dakehu.foundation.access.actor import Actor
from dakehu.foundation.access.permissions import granted_to
from dakehu.foundation.base.i18n import Bilingual, bilingual

KINDS = ("figures", "bars", "columns", "months", "table", "dates", "checklist", "day_list")
SIZES = ("full", "main", "side", "half")  # full width, the wide column, the narrow column next to it, half width
NOTHING_YET = bilingual("还没有数据。", "Nothing here yet.")
CENT = Decimal("0.01")
UNITS = ("count", "money", "share", "days", "text")


@dataclass(frozen=True)
class Card:
    """A card of the start page. Its data is `query` with `parameters`; users without permission for it do not see the
    card.

    `roles`: the roles whose start page it belongs to. A user with the permissions of several roles has the cards of
    all of them; a role not named by any card gets every permitted card. `order` places it on the page, smaller first.
    `empty` is the next step to suggest where there is nothing to show, `link` is where: (text, address).
    """

    name: str
    zh: str
    en: str
    kind: str
    query: str
    roles: tuple[str, ...]
    order: int = 100
    size: str = "half"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    empty: Bilingual = NOTHING_YET
    link: tuple[Bilingual, str] | None = None

    @property
    def title(self) -> Bilingual:
        return bilingual(self.zh, self.en)


_declared: dict[str, Card] = {}


def declare(*cards: Card) -> None:
    """Register cards of a domain. Raises ValueError for a name declared twice, an unknown kind or an unknown size."""
    for card in cards:
        if _declared.get(card.name, card) != card:
            raise ValueError(f"card {card.name} is declared twice")
        if card.kind not in KINDS or card.size not in SIZES:
            raise ValueError(f"card {card.name} is of no known kind ({card.kind}) or size ({card.size})")
        _declared[card.name] = card


def cards() -> Iterator[Card]:
    """Return every declared card."""
    return iter(tuple(_declared.values()))


def cards_for(actor: Actor, needs: Mapping[str, str]) -> list[Card]:
    """Return the cards of an actor's start page in order. `needs`: {query: its permission}."""
    named = {role for card in _declared.values() for role in card.roles}
    roles = _roles_of(actor, named)
    mine = [card for card in _declared.values() if roles & set(card.roles) or not roles & named]
    return sorted((card for card in mine if actor.may(needs[card.query])), key=lambda card: (card.order, card.name))


def _roles_of(actor: Actor, named: set[str]) -> set[str]:
    """Return the roles whose start page an actor has: their own, and those whose permissions an additional duty
    grants."""
    further = actor.permissions - granted_to(actor.role)
    given = {role for role in named if further and further <= granted_to(role) <= actor.permissions}
    return {actor.role, *given}


def rows_at(
    query: str, filters: Mapping[str, Any] | None = None, column: str = "", order: str = "", of: str = "sum"
) -> dict[str, Any]:
    """Return the reference to the rows behind a number: the rows of `query` with `filters`.

    With `column` the number is the sum of that column (or, with of="mean", its mean), without one the count of rows.
    """
    return {"query": query, "filters": dict(filters or {}), "column": column, "order": order, "of": of}


def number(
    label: Bilingual | str,
    value: Any,
    *,
    unit: str = "count",
    rows: Mapping[str, Any] | None = None,
    note: Bilingual | str = "",
    tone: str = "",
) -> dict[str, Any]:
    """Return a number of a card as plain values.

    unit: see UNITS; money and shares are decimals as text. tone: "signed" (a gain or a loss, in its colour), "bad",
    "warn", "good" where it is not 0, or "". `note` is a line under it.
    """
    if unit == "money" and value is not None:
        value = Decimal(value).quantize(CENT)
    return {
        "label": str(label),
        "value": None if value is None else value if unit in ("count", "days") else str(value),
        "unit": unit,
        "rows": dict(rows) if rows else None,
        "note": str(note),
        "tone": tone,
    }

"""The cards of the start page for rendering: their content with addresses, in the sections of the page."""

from collections.abc import Iterable
from typing import Any

from dakehu.foundation.access.actor import Actor
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import QUERIES, ask
from dakehu.foundation.schema.cards import Card, cards_for
from dakehu.interfaces.web import drawing
from dakehu.interfaces.web.rows import with_addresses

FULLEST = 100  # width of the longest bar


def cards_of(actor: Actor) -> list[Card]:
    """Return the cards of a reader's start page in order."""
    return cards_for(actor, {name: query.needs for name, query in QUERIES.items()})


def draw_card(card: Card) -> dict[str, Any]:
    """Return a card for the page: its texts, its content with addresses, and further values of its kind."""
    made: dict[str, Any] = {
        "card": card,
        "id": card.name.replace(".", "-"),
        "title": card.title,
        "kind": card.kind,
        "size": card.size,
        "template": f"today/cards/{card.kind}.html",
        "fault": "",
        "content": {},
    }
    try:
        made["content"] = with_addresses(ask(card.query, dict(card.parameters)))
    except Refused as refusal:
        made["fault"] = str(refusal)
        return made
    content = made["content"]
    if card.kind == "checklist":
        made["is_done"] = all(item["done"] for item in content)
        return made
    if card.kind == "bars":
        largest = max((bar["value"] or 0 for bar in content["bars"]), default=0)
        for bar in content["bars"]:
            bar["width"] = round(FULLEST * (bar["value"] or 0) / largest, 1) if largest else 0
    if card.kind == "columns":
        made["picture"] = drawing.columns(content["bars"])
    made["is_empty"] = is_empty(card.kind, content)
    return made


def is_empty(kind: str, content: dict[str, Any]) -> bool:
    """Return whether a card is empty."""
    filled = {
        "figures": "figures",
        "bars": "bars",
        "columns": "bars",
        "months": "months",
        "table": "rows",
        "dates": "dates",
    }.get(kind)
    if filled is None:
        return False
    if filled == "bars":
        return not any(bar["value"] for bar in content["bars"])
    return not content[filled]


def sections(cards: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the page's sections in order: a full-width card, a pair of columns (main, side), or cards two per row."""
    made: list[dict[str, Any]] = []
    for card in cards:
        shape = "columns" if card["size"] in ("main", "side") else card["size"]
        if not made or made[-1]["shape"] != shape or shape == "full":
            made.append({"shape": shape, "cards": [], "main": [], "side": []})
        made[-1][{"main": "main", "side": "side"}.get(card["size"], "cards")].append(card)
    return made

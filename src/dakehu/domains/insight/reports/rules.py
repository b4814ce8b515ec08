"""Check and change the definitions of reports. Pure: plain values, no database."""

from typing import Any

from dakehu.domains.insight.choices import CardChange, CardShape, CardSize
from dakehu.foundation.base.errors import refusal

PIVOT_KEYS = ("rows", "columns", "measure", "filters", "top", "chart")
MOST_CARDS, LONGEST_TEXT, LONGEST_TITLE = 24, 2_000, 80
SIZES = (CardSize.THIRD.value, CardSize.HALF.value, CardSize.FULL.value)


def pivot_definition(given: Any, parameter: str = "definition") -> dict[str, Any]:
    """Return a pivot's definition with its own keys only. Raises Refused for one without rows, or an invalid one."""
    if not isinstance(given, dict) or not isinstance(given.get("rows"), str) or not given["rows"].strip():
        raise refusal(parameter, "透视表须有行。", "A pivot has rows.")
    if not isinstance(given.get("filters") or {}, dict):
        raise refusal(parameter, "筛选应为一个 JSON 对象。", "Filters are one JSON object.")
    return {key: given[key] for key in PIVOT_KEYS if given.get(key) not in (None, "", {})}


def dashboard_definition(given: Any) -> dict[str, Any]:
    """Return a dashboard's definition. Raises Refused for invalid or too many cards."""
    cards = given.get("cards", []) if isinstance(given, dict) else None
    if not isinstance(cards, list) or len(cards) > MOST_CARDS:
        raise refusal(
            "definition", "看板是至多 {n} 张卡片的列表。", "A dashboard is a list of at most {n} cards.", n=MOST_CARDS
        )
    return {"cards": [card_definition(card) for card in cards]}


def card_definition(given: Any) -> dict[str, Any]:
    """Return a card: {shape, size, title, pivot} or {shape: text, size, title, text}. Raises Refused for an invalid one."""
    if not isinstance(given, dict):
        raise refusal("definition", "卡片应为一个 JSON 对象。", "A card is one JSON object.")
    shape, size = CardShape.read(str(given.get("shape", ""))), CardSize.read(str(given.get("size") or "half"))
    if shape is None or size is None:
        raise refusal("shape", "没有这种卡片。", "There is no such card.")
    card: dict[str, Any] = {
        "shape": shape.value,
        "size": size.value,
        "title": str(given.get("title") or "").strip()[:LONGEST_TITLE],
    }
    if shape is CardShape.TEXT:
        return {**card, "text": str(given.get("text") or "").strip()[:LONGEST_TEXT]}
    return {**card, "pivot": pivot_definition(given.get("pivot"), "rows")}


def changed_cards(cards: list[dict[str, Any]], place: int, change: str) -> list[dict[str, Any]]:
    """Return cards after one was moved, widened, narrowed or removed. Raises Refused for a missing card."""
    if not 0 <= place < len(cards):
        raise refusal(
            "card", "没有这张卡片，看板可能已改动，请刷新。", "There is no such card: it may have been changed, reload."
        )
    done, card = list(cards), cards[place]
    if change == CardChange.REMOVE:
        del done[place]
    elif change in (CardChange.UP, CardChange.DOWN):
        other = place + (1 if change == CardChange.DOWN else -1)
        if 0 <= other < len(done):
            done[place], done[other] = done[other], done[place]
    else:
        step = 1 if change == CardChange.WIDER else -1
        size = SIZES[min(max(SIZES.index(card["size"]) + step, 0), len(SIZES) - 1)]
        done[place] = {**card, "size": size}
    return done

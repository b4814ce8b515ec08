"""Text inserted into a message when it is handed over and never stored: links that no one may read later."""

from collections.abc import Callable

Insertion = Callable[
    [str, str], str | None
]  # (key of the delivery, its text) → the text to hand over, None: no longer valid
_insertions: dict[str, Insertion] = {}


def declare_insertion(kind: str, insertion: Insertion) -> None:
    """Register the function that completes the texts of a kind of delivery. Raises ValueError for a second one."""
    if _insertions.setdefault(kind, insertion) is not insertion:
        raise ValueError(f"deliveries of kind {kind} have an insertion already")


def complete_text(kind: str, key: str, text: str) -> str | None:
    """Return the text to hand over, None if it may no longer be sent, such as with an expired link."""
    insertion = _insertions.get(kind)
    return insertion(key, text) if insertion is not None else text

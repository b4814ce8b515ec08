"""What is put into a message at the moment it is handed over, and stored nowhere: links that nobody may read later."""

from collections.abc import Callable

Insertion = Callable[
    [str, str], str | None
]  # (key of the delivery, its text) → the text to hand over, None: not any more
_insertions: dict[str, Insertion] = {}


def declare_insertion(kind: str, insertion: Insertion) -> None:
    """Register what completes the texts of a kind of delivery. Raises ValueError for a kind that has another one."""
    if _insertions.setdefault(kind, insertion) is not insertion:
        raise ValueError(f"deliveries of kind {kind} have an insertion already")


def complete_text(kind: str, key: str, text: str) -> str | None:
    """Return the text to hand over, None where it may not leave any more, such as with a link that expired."""
    insertion = _insertions.get(kind)
    return insertion(key, text) if insertion is not None else text

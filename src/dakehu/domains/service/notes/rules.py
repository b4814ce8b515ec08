"""Decide the outcome of saving a paragraph, and which earlier texts are kept. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

STEP = timedelta(minutes=5)  # changes by one person within it are one step of the history


class Saving(StrEnum):
    """Outcome of saving a paragraph."""

    NOTHING = "nothing"  # the text is unchanged
    WRITE = "write"
    ASK = "ask"  # another person changed it concurrently: a person decides between both texts


def decide_saving(seen: int | None, stored: int, stored_text: str, text: str, is_removed: bool = False) -> Saving:
    """Decide by the revision the writer saw (None: unknown) and the stored one."""
    if text == stored_text and not is_removed:
        return Saving.NOTHING
    return Saving.WRITE if seen == stored else Saving.ASK


def is_new_step(by: int | None, at: datetime | None, writer: int | None, now: datetime) -> bool:
    """Return whether the text that `by` wrote at `at` is kept in the history when `writer` changes it now."""
    return by != writer or at is None or now - at > STEP


def next_position(positions: list[int], after: int | None) -> int:
    """Return the position of a new paragraph after the one at `after`, at the end if that is None."""
    if after is None or not [one for one in positions if one > after]:
        return max(positions, default=0) + 1024
    following = min(one for one in positions if one > after)
    return (after + following) // 2 if following - after > 1 else after


def plain_text(text: str) -> str:
    """Return a text with normalised line ends: forms send others, which would make equal texts differ."""
    return text.replace("\r\n", "\n").replace("\r", "\n")

"""Tables side by side under one line of headings: which columns belong together. Pure."""

from collections.abc import Callable

Known = Callable[[str], str | None]  # maps a heading to the key of its field, None for any other text


def column_groups(headings: list[str], filled: list[bool], known: Known) -> list[list[int]]:
    """Return the columns of each side-by-side table, in order; one group if there is one table.

    `filled[i]` tells whether the column of heading i has values. A new table begins where the first heading of the
    previous one occurs again with at least one more known heading, or after an empty column if it has two known
    headings itself.
    """
    groups: list[list[int]] = []
    current: list[int] = []
    gap = False
    for column, heading in enumerate(headings):
        if not heading.strip() and not filled[column]:
            gap = bool(current)
            continue
        begins = bool(current) and _begins(headings, filled, column, current, known, gap)
        if begins:
            groups.append(current)
            current = []
        current.append(column)
        gap = False
    return [*groups, current] if current else groups


def _begins(headings: list[str], filled: list[bool], column: int, current: list[int], known: Known, gap: bool) -> bool:
    first = known(headings[column])
    if first is None:
        return False
    own = [name for name in (known(headings[place]) for place in current) if name is not None]
    following = _following_headings(headings, filled, column, known)
    repeats = bool(own) and first == own[0] and len(following) >= 2 and following[1] in own
    beside = gap and len(own) >= 2 and len(following) >= 2 and first in own
    return repeats or beside


def _following_headings(headings: list[str], filled: list[bool], column: int, known: Known) -> list[str]:
    """Return the known headings from a column on, up to the next empty column or the first repetition."""
    names: list[str] = []
    for place in range(column, len(headings)):
        if not headings[place].strip() and not filled[place]:
            break
        name = known(headings[place])
        if name in names:
            break
        if name is not None:
            names.append(name)
    return names

"""Tables side by side under one line of headings: which columns belong together. Pure."""

from collections.abc import Callable

Known = Callable[[str], str | None]  # the flat form of a heading that names a field, None for any other text


def column_groups(headings: list[str], filled: list[bool], known: Known) -> list[list[int]]:
    """The columns of each table that stands beside others, in order; one group where there is one table.

    `filled[i]` says whether anything stands under heading i. A new table begins where the first heading of the one before
    comes again with at least one more known heading, or behind an empty column where it names two fields itself.
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
    """The known headings from a column on, up to the next empty column or the first that comes twice."""
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

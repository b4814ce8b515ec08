"""Rules for an event that is in two calendars: the table of docs/connections.md as a function. Pure.

`base` is the event as both sides had it after the last run. A change on one side is copied to the other; changes of
different parts on both sides are merged; changes of the same part await a decision, and neither side is written.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from dakehu.exchange.calendars.events import Event, comparable

PARTS = (("title", ("summary",)), ("time", ("starts", "ends", "all_day")), ("place", ("place",)))
SERIES = ("series", ("rrule", "excluded", "exceptions"))


class Here(StrEnum):
    """The state of an event on the desk."""

    NONE = "none"  # never existed here
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"
    HIDDEN = "hidden"  # its client is no longer assigned to the owner


class Step(StrEnum):
    """The action taken on an event."""

    NOTHING = "nothing"
    LINK = "link"  # both have it, with equal values
    CREATE_THERE = "create_there"
    UPDATE_THERE = "update_there"
    DELETE_THERE = "delete_there"
    CHANGE_HERE = "change_here"
    CREATE_HERE = "create_here"
    CANCEL_HERE = "cancel_here"
    CONFLICT = "conflict"
    ASIDE = "aside"
    FORGET = "forget"


@dataclass(frozen=True)
class Verdict:
    """A step, its reason if a person must decide, and the event as both sides have it afterwards."""

    step: Step
    reason: str = ""
    event: Event | None = None
    sends: bool = False  # the other side is written too


@dataclass(frozen=True)
class Merge:
    """An event merged from two versions. `parts`: what both sides changed differently."""

    event: Event
    parts: tuple[str, ...] = ()


def merge(base: Event, ours: Event, theirs: Event, prefer: str = "") -> Merge:
    """Merge two versions by parts; a part changed in both is taken from `prefer` ("here", "there") or reported."""
    is_series = bool(base.rrule or ours.rrule or theirs.rrule)
    parts = (PARTS[0], ("time", (*PARTS[1][1], *SERIES[1])), PARTS[2]) if is_series else (*PARTS, SERIES)
    merged, both = ours, []
    for name, fields in parts:
        was, here, there = (_values(event, fields) for event in (base, ours, theirs))
        if here == there or there == was:
            continue
        if here != was and prefer != "there":
            if not prefer:
                both.append(name)
            continue
        merged = replace(merged, **{field: getattr(theirs, field) for field in fields})
    return Merge(merged, tuple(both))


def _values(event: Event, fields: tuple[str, ...]) -> tuple[object, ...]:
    ordered = replace(event, excluded=tuple(sorted(event.excluded)))
    return tuple(getattr(ordered, field) for field in fields)


def decide(
    here: Here, base: Event | None, ours: Event | None, theirs: Event | None, choice: str = "", takes_new: bool = False
) -> Verdict:
    """Return the verdict. `theirs` is None if the other side has no event, `choice` is a person's choice for a
    conflict: "here" or "there"."""
    theirs = None if theirs is not None and theirs.is_cancelled else theirs
    if base is None:
        return _decide_new_event(here, ours, theirs, choice, takes_new)
    if here in (Here.NONE, Here.CANCELLED, Here.HIDDEN):
        return _gone_here(here, base, theirs, choice)
    if theirs is not None and theirs.is_expanded:
        return Verdict(Step.ASIDE, "rule")
    is_same_there = theirs is not None and comparable(theirs) == comparable(base)
    if here == Here.HELD or ours is None:
        return Verdict(Step.NOTHING) if is_same_there else Verdict(Step.ASIDE, "held")
    if theirs is None:
        return _gone_there(base, ours, choice)
    return _decide_shared_event(base, ours, theirs, choice)


def _decide_new_event(here: Here, ours: Event | None, theirs: Event | None, choice: str, takes_new: bool) -> Verdict:
    """Decide about an event that was never linked."""
    if here == Here.PLANNED and ours is not None:
        if theirs is None:
            return Verdict(Step.CREATE_THERE, event=ours)
        if comparable(ours) == comparable(theirs):
            return Verdict(Step.LINK, event=ours)
        return (
            _decide_shared_event(theirs if choice == "here" else ours, ours, theirs, choice)
            if choice
            else _conflict("both")
        )
    if here != Here.NONE or theirs is None:
        return Verdict(Step.NOTHING)
    if theirs.is_private:
        return Verdict(Step.ASIDE, "private")
    if theirs.is_expanded:
        return Verdict(Step.ASIDE, "rule")
    return Verdict(Step.CREATE_HERE, event=theirs) if takes_new or choice == "there" else Verdict(Step.ASIDE, "new")


def _gone_here(here: Here, base: Event, theirs: Event | None, choice: str) -> Verdict:
    """Decide about an event that no longer exists on the desk."""
    if theirs is None:
        return Verdict(Step.FORGET)
    if here == Here.HIDDEN or choice == "here" or comparable(theirs) == comparable(base):
        return Verdict(Step.DELETE_THERE)
    return Verdict(Step.ASIDE, "kept") if choice == "there" else _conflict("cancelled_changed")


def _gone_there(base: Event, ours: Event, choice: str) -> Verdict:
    """Decide about a planned meeting that no longer exists in the other calendar."""
    if choice == "here":
        return Verdict(Step.CREATE_THERE, event=ours)
    if choice == "there" or comparable(ours) == comparable(base):
        return Verdict(Step.CANCEL_HERE)
    return _conflict("changed_deleted")


def _decide_shared_event(base: Event, ours: Event, theirs: Event, choice: str) -> Verdict:
    """Decide about an event that both sides have."""
    restored = set(base.excluded) - set(theirs.excluded) - {one.at for one in theirs.exceptions}
    if theirs.rrule == base.rrule and theirs.starts == base.starts and restored and choice != "here":
        return Verdict(Step.ASIDE, "restored")
    merged = merge(base, ours, theirs, choice)
    if merged.parts:
        return _conflict("both")
    changes_here = comparable(merged.event) != comparable(ours)
    sends = comparable(merged.event) != comparable(theirs)
    if changes_here:
        return Verdict(Step.CHANGE_HERE, event=merged.event, sends=sends)
    if sends:
        return Verdict(Step.UPDATE_THERE, event=merged.event)
    return Verdict(Step.LINK if comparable(base) != comparable(ours) else Step.NOTHING, event=merged.event)


def _conflict(reason: str) -> Verdict:
    return Verdict(Step.CONFLICT, reason)

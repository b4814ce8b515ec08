"""Rules of the service catalogue: which version counts on a day, what a new one must say, how two differ. Pure."""

from collections.abc import Sequence
from datetime import date
from difflib import SequenceMatcher

from dakehu.domains.tiers.choices import TierCode

Refusal = tuple[str, str, str]  # field, what is wrong in Chinese and English
Segment = tuple[str, str]  # kind (same, removed, added) and text
LONGEST_COMPARED = 4000  # characters beyond which two texts are shown one after the other
SEPARATORS = str.maketrans(dict.fromkeys("，、;； ", ","))


def parse_tiers(text: str) -> tuple[list[str], list[str]]:
    """Return (tier codes in order, words that name no tier) of codes or names with commas; both empty for every client."""
    codes, unknown = set[str](), []
    for word in filter(None, text.translate(SEPARATORS).split(",")):
        found = TierCode.read(word)
        if found is None:
            unknown.append(word)
        else:
            codes.add(str(found.value))
    return sorted(codes), unknown


def version_error(valid_from: date, latest: date | None, today: date, note: str) -> Refusal | None:
    """Return what is wrong with a new version; `latest` is the first day of the one before, None for the first version."""
    if latest is None:
        return None
    if not note.strip():
        return "note", "请写明修改原因。", "Say why it changed."
    if valid_from < today:
        return (
            "valid_from",
            "新版本不能从过去生效：以前的承诺照旧。",
            "A new version does not begin in the past: what was promised stays.",
        )
    if valid_from <= latest:
        return "valid_from", "须晚于上一版本的生效日期。", "It begins after the version before."
    return None


def version_on(first_days: Sequence[date], day: date) -> int | None:
    """Return the place of the version that counts on a day, None before the first; `first_days` are in order."""
    begun = [place for place, first in enumerate(first_days) if first <= day]
    return begun[-1] if begun else None


def segments(before: str, after: str) -> list[Segment]:
    """Return how a text became another: runs that stayed, were removed or added."""
    if max(len(before), len(after)) > LONGEST_COMPARED:
        return [("removed", before), ("added", after)]
    found: list[Segment] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", before[a:b]))
        else:
            found += [one for one in (("removed", before[a:b]), ("added", after[c:d])) if one[1]]
    return found

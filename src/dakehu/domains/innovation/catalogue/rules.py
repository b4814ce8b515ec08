"""Rules of the service catalogue: the version in force on a day, requirements of a new one, differences of two. Pure."""

from collections.abc import Sequence
from datetime import date
from difflib import SequenceMatcher

from dakehu.domains.tiers.choices import TierCode

Refusal = tuple[str, str, str]  # field, error in Chinese and English
Segment = tuple[str, str]  # kind (same, removed, added) and text
LONGEST_COMPARED = 4000  # characters; longer texts are shown in full, one below the other
SEPARATORS = str.maketrans(dict.fromkeys("，、;； ", ","))


def parse_tiers(text: str) -> tuple[list[str], list[str]]:
    """Return (tier codes in order, words that name no tier) of codes or names separated by commas; both empty for every client."""
    codes, unknown = set[str](), []
    for word in filter(None, text.translate(SEPARATORS).split(",")):
        found = TierCode.read(word)
        if found is None:
            unknown.append(word)
        else:
            codes.add(str(found.value))
    return sorted(codes), unknown


def version_error(valid_from: date, latest: date | None, today: date, note: str) -> Refusal | None:
    """Return the error of a new version; `latest` is the first day of the previous one, None for the first version."""
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
    """Return the index of the version in force on a day, None before the first; `first_days` are ascending."""
    begun = [place for place, first in enumerate(first_days) if first <= day]
    return begun[-1] if begun else None


def segments(before: str, after: str) -> list[Segment]:
    """Return the difference of two texts: unchanged, removed and added runs."""
    if max(len(before), len(after)) > LONGEST_COMPARED:
        return [("removed", before), ("added", after)]
    found: list[Segment] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", before[a:b]))
        else:
            found += [one for one in (("removed", before[a:b]), ("added", after[c:d])) if one[1]]
    return found

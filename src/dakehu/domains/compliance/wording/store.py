"""The lexicon in force on a day: the default entries, and the versions stored by compliance."""

from collections.abc import Iterable
from datetime import date

from dakehu.domains.compliance.models import WordingEntry
from dakehu.domains.compliance.wording import lexicon
from dakehu.domains.compliance.wording.lexicon import Entry
from dakehu.domains.compliance.wording.rules import Hit, check


def entries_on(day: date) -> list[Entry]:
    """Return the entries in force on a day, by code."""
    stored = WordingEntry.objects.filter(effective_from__lte=day).order_by("version")
    found = {entry.code: entry for entry in lexicon.entries() if entry.effective_from <= day}
    for row in stored:
        if row.is_off:
            found.pop(row.code, None)
        else:
            found[row.code] = Entry(
                row.code, str(row.group), row.pattern, row.version, row.effective_from, is_default=False
            )
    return list(found.values())


def hits_on(text: str, day: date) -> list[Hit]:
    """Return the hits of a text by the lexicon in force on a day."""
    return check(text, entries_on(day))


def next_code(group: str) -> str:
    """Return the code of a new entry of a group."""
    used: Iterable[str] = (
        *(entry.code for entry in lexicon.entries() if entry.group == group),
        *WordingEntry.objects.filter(group=group).values_list("code", flat=True),
        *WordingEntry.objects.filter(code__startswith=f"{group}.").values_list("code", flat=True),
    )
    numbers = [int(code.split(".")[1]) for code in used if code.startswith(f"{group}.")]
    return f"{group}.{max(numbers, default=0) + 1}"


def latest(code: str) -> Entry | WordingEntry | None:
    """Return the latest version of an entry, whether in force or not; None if there is none."""
    row: WordingEntry | None = WordingEntry.objects.filter(code=code).order_by("-version").first()
    return row or next((entry for entry in lexicon.entries() if entry.code == code), None)

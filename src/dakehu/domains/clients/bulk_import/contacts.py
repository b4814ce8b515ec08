"""Contacts of many clients at once: normalised, compared by blind index, never opened and never lost."""

import re
from dataclasses import dataclass, field
from typing import Any

from dakehu.domains.clients import choices, rules
from dakehu.domains.clients.identifiers import BadIdentifier
from dakehu.domains.clients.masks import is_masked
from dakehu.domains.clients.models import Contact
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports.row_matching import CREATED, UNCHANGED, ImportEvaluation
from dakehu.foundation.records.bulk import record_columns

_MOBILE = re.compile(r"1[3-9][0-9]{9}")  # already in standard form


@dataclass
class ContactRows:
    """Contacts that a file gives: one entry each. `rows` names the row of the file it stands in."""

    rows: list[int] = field(default_factory=list)
    readings: list[rules.Reading] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # the column each came from
    weighed: ImportEvaluation = field(default_factory=lambda: ImportEvaluation.of(0))

    def counts(self) -> dict[str, int]:
        return self.weighed.counts()


def read(kind: str, value: str) -> rules.Reading:
    """A contact in standard form; what stands in a telephone column may also be a landline. Raises BadIdentifier."""
    if _MOBILE.fullmatch(value) and kind == choices.ContactKind.MOBILE:
        return rules.Reading(kind, value)
    if kind == choices.ContactKind.MOBILE and not is_masked(value):
        try:
            return rules.read_contact(kind, value)
        except BadIdentifier as not_mobile:
            if "-" not in value and not value.startswith(("0", "(")):
                raise
            try:
                return rules.read_contact(str(choices.ContactKind.LANDLINE), value)
            except BadIdentifier as not_landline:
                raise (not_landline if value.startswith("0") else not_mobile) from None
    return rules.read_contact(kind, value)


def read_all(given: list[list[tuple[str, str, str]]], weighed: ImportEvaluation) -> ContactRows:
    """Read the contacts of each row, [(kind, value, field of the file)]; faults go to the row they stand in."""
    made, known = ContactRows(), {}
    for row, contacts in enumerate(given):
        for kind, value, name in contacts:
            reading: Any = known.get((kind, value))
            if reading is None:
                try:
                    reading = read(kind, value)
                except BadIdentifier as bad:
                    reading = bad
                known[kind, value] = reading
            if isinstance(reading, BadIdentifier):
                weighed.fault(row, name, value, bilingual(reading.zh, reading.en))
            else:
                made.rows.append(row)
                made.names.append(name)
                made.readings.append(reading)
    return made


def evaluate(reaching: ContactRows, clients: list[int], weighed: ImportEvaluation) -> None:
    """Which contacts are new to their client. One that shows the mask of a stored one is that one."""
    index = Contact._meta.get_field("value_index")
    stored = {c for row, c in enumerate(clients) if c > 0 and weighed.verdicts[row] != "errors"}
    known: set[tuple[int, str]] = set()
    for part in chunks(sorted(stored)):
        known.update(Contact.objects.filter(client_id__among=part).values_list("client_id", "value_index"))
    hidden = {clients[row] for row, r in zip(reaching.rows, reaching.readings, strict=True) if r.warning_zh}
    shown: set[tuple[int, str]] = set()
    for part in chunks(sorted(hidden & stored)):
        shown.update((c.client_id, str(c.value)) for c in Contact.objects.filter(client_id__among=part))
    held = [place for place, row in enumerate(reaching.rows) if clients[row] > 0]
    marks = dict(zip(held, index.indexes_of([reaching.readings[place].value for place in held]), strict=True))
    reaching.weighed = ImportEvaluation.of(len(reaching.rows))
    for place, (row, reading) in enumerate(zip(reaching.rows, reaching.readings, strict=True)):
        mark = (clients[row], marks.get(place, reading.value))  # a client to be made has nothing stored to compare
        there = mark in known or (clients[row], reading.value) in shown
        if weighed.verdicts[row] in ("errors", "skipped", "older"):
            reaching.weighed.verdicts[place] = "skipped"
            continue
        known.add(mark)
        reaching.weighed.verdicts[place] = UNCHANGED if there else CREATED
        if reading.warning_zh and not there:
            weighed.warn(row, reaching.names[place], reading.value, bilingual(reading.warning_zh, reading.warning_en))


def write(reaching: ContactRows, clients: list[int], born: set[int]) -> None:
    """Write the new contacts; the first of a kind that a client made just now gets is the preferred one."""
    places, primary = reaching.weighed.rows(CREATED), set()
    owners = [clients[reaching.rows[place]] for place in places]
    readings = [reaching.readings[place] for place in places]
    first: list[bool] = []
    for client, reading in zip(owners, readings, strict=True):
        mark = (client, reading.kind)
        first.append(client in born and mark not in primary)
        primary.add(mark)
    remark = str(bilingual("号码打码，待核实", "Masked, to be verified"))
    if places:
        record_columns(
            Contact,
            len(places),
            {
                "client_id": owners,
                "kind": [r.kind for r in readings],
                "value": [r.value for r in readings],
                "remark": [remark if r.warning_zh else "" for r in readings],
                "primary": first,
            },
        )

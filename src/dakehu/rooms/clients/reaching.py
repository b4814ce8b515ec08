"""Contacts of many clients at once: normalised, compared by blind index, never opened and never lost."""

from dataclasses import dataclass, field
from typing import Any

from dakehu.foundation.acts import record_many
from dakehu.foundation.bulk import CREATED, UNCHANGED, Weighed, chunks
from dakehu.foundation.words import say
from dakehu.rooms.clients import rules, words
from dakehu.rooms.clients.identifiers import BadIdentifier
from dakehu.rooms.clients.masks import is_masked
from dakehu.rooms.clients.models import Contact


@dataclass
class Reaching:
    """Contacts that a file gives: one entry each. `rows` names the row of the file it stands in."""

    rows: list[int] = field(default_factory=list)
    readings: list[rules.Reading] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # the column each came from
    weighed: Weighed = field(default_factory=lambda: Weighed.of(0))

    def counts(self) -> dict[str, int]:
        return self.weighed.counts()


def read(kind: str, value: str) -> rules.Reading:
    """A contact in standard form; what stands in a telephone column may also be a landline. Raises BadIdentifier."""
    if kind == words.ContactKind.MOBILE and not is_masked(value):
        try:
            return rules.read_contact(kind, value)
        except BadIdentifier:
            if "-" in value or value.startswith("0"):
                return rules.read_contact(str(words.ContactKind.LANDLINE), value)
            raise
    return rules.read_contact(kind, value)


def read_all(given: list[list[tuple[str, str, str]]], weighed: Weighed) -> Reaching:
    """Read the contacts of each row, [(kind, value, field of the file)]; faults go to the row they stand in."""
    made, known = Reaching(), {}
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
                weighed.fault(row, name, value, say(reading.zh, reading.en))
            else:
                made.rows.append(row)
                made.names.append(name)
                made.readings.append(reading)
    return made


def weigh(reaching: Reaching, clients: list[int], weighed: Weighed) -> None:
    """Which contacts are new to their client. One that shows the mask of a stored one is that one."""
    index = Contact._meta.get_field("value_index")
    stored = {c for row, c in enumerate(clients) if c > 0 and weighed.verdicts[row] != "errors"}
    known: set[tuple[int, str]] = set()
    for part in chunks(sorted(stored)):
        known.update(Contact.objects.filter(client_id__in=part).values_list("client_id", "value_index"))
    hidden = {clients[row] for row, r in zip(reaching.rows, reaching.readings, strict=True) if r.warning_zh}
    shown: set[tuple[int, str]] = set()
    for part in chunks(sorted(hidden & stored)):
        shown.update((c.client_id, str(c.value)) for c in Contact.objects.filter(client_id__in=part))
    reaching.weighed = Weighed.of(len(reaching.rows))
    for place, (row, reading) in enumerate(zip(reaching.rows, reaching.readings, strict=True)):
        mark = (clients[row], index.index_of(reading.value))
        there = mark in known or (clients[row], reading.value) in shown
        if weighed.verdicts[row] in ("errors", "skipped", "older"):
            reaching.weighed.verdicts[place] = "skipped"
            continue
        known.add(mark)
        reaching.weighed.verdicts[place] = UNCHANGED if there else CREATED
        if reading.warning_zh and not there:
            weighed.warn(row, reaching.names[place], reading.value, say(reading.warning_zh, reading.warning_en))


def write(reaching: Reaching, clients: list[int], born: set[int]) -> None:
    """Write the new contacts; the first of a kind that a client made just now gets is the preferred one."""
    made, primary = [], set()
    for place in reaching.weighed.rows(CREATED):
        client, reading = clients[reaching.rows[place]], reaching.readings[place]
        first = (client, reading.kind) not in primary
        primary.add((client, reading.kind))
        remark = str(say("号码打码，待核实", "Masked, to be verified")) if reading.warning_zh else ""
        made.append(Contact(client_id=client, kind=reading.kind, value=reading.value, remark=remark,
                            primary=first and client in born))  # fmt: skip
    if made:
        record_many(Contact, made, [], [], client_ids={row.client_id for row in made})

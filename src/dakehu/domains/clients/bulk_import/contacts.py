"""Import contacts of many clients: normalised, compared by blind index, never decrypted."""

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
    """Contacts in a file, one entry each; `rows` are the rows of the file they are in."""

    rows: list[int] = field(default_factory=list)
    readings: list[rules.Reading] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # the column each came from
    row_evaluation: ImportEvaluation = field(default_factory=lambda: ImportEvaluation.of(0))

    def counts(self) -> dict[str, int]:
        """Return the number of contacts per outcome."""
        return self.row_evaluation.counts()


def read(kind: str, value: str) -> rules.Reading:
    """Return a contact in standard form; a telephone column may also contain a landline.

    Raises BadIdentifier.
    """
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


def read_all(cells: list[list[tuple[str, str, str]]], evaluation: ImportEvaluation) -> ContactRows:
    """Parse the contacts of each row, [(kind, value, field of the file)]; errors go to their row."""
    result, cache = ContactRows(), {}
    for row, contacts in enumerate(cells):
        for kind, value, name in contacts:
            reading: Any = cache.get((kind, value))
            if reading is None:
                try:
                    reading = read(kind, value)
                except BadIdentifier as error:
                    reading = error
                cache[kind, value] = reading
            if isinstance(reading, BadIdentifier):
                evaluation.fault(row, name, value, bilingual(reading.zh, reading.en))
            else:
                result.rows.append(row)
                result.names.append(name)
                result.readings.append(reading)
    return result


def evaluate(contacts: ContactRows, clients: list[int], evaluation: ImportEvaluation) -> None:
    """Set which contacts are new to their client.

    A contact equal to the mask of a stored one is that one.
    """
    index = Contact._meta.get_field("value_index")
    stored = {item for row, item in enumerate(clients) if item > 0 and evaluation.verdicts[row] != "errors"}
    known: set[tuple[int, str]] = set()
    for some_ids in chunks(sorted(stored)):
        known.update(Contact.objects.filter(client_id__among=some_ids).values_list("client_id", "value_index"))
    hidden = {clients[row] for row, reading in zip(contacts.rows, contacts.readings, strict=True) if reading.warning_zh}
    shown: set[tuple[int, str]] = set()
    for some_ids in chunks(sorted(hidden & stored)):
        shown.update((item.client_id, str(item.value)) for item in Contact.objects.filter(client_id__among=some_ids))
    compared = [index_of_contact for index_of_contact, row in enumerate(contacts.rows) if clients[row] > 0]
    index_values = dict(
        zip(
            compared,
            index.indexes_of([contacts.readings[index_of_contact].value for index_of_contact in compared]),
            strict=True,
        )
    )
    contacts.row_evaluation = ImportEvaluation.of(len(contacts.rows))
    for index_of_contact, (row, reading) in enumerate(zip(contacts.rows, contacts.readings, strict=True)):
        key = (
            clients[row],
            index_values.get(index_of_contact, reading.value),
        )  # a client to be created has nothing stored to compare
        is_stored = key in known or (clients[row], reading.value) in shown
        if evaluation.verdicts[row] in ("errors", "skipped", "older"):
            contacts.row_evaluation.verdicts[index_of_contact] = "skipped"
            continue
        known.add(key)
        contacts.row_evaluation.verdicts[index_of_contact] = UNCHANGED if is_stored else CREATED
        if reading.warning_zh and not is_stored:
            evaluation.warn(
                row, contacts.names[index_of_contact], reading.value, bilingual(reading.warning_zh, reading.warning_en)
            )


def write(contacts: ContactRows, clients: list[int], created: set[int]) -> None:
    """Write the new contacts; the first of a kind of a new client is the primary one."""
    indexes, seen = contacts.row_evaluation.rows(CREATED), set()
    owners = [clients[contacts.rows[index_of_contact]] for index_of_contact in indexes]
    readings = [contacts.readings[index_of_contact] for index_of_contact in indexes]
    first: list[bool] = []
    for client, reading in zip(owners, readings, strict=True):
        key = (client, reading.kind)
        first.append(client in created and key not in seen)
        seen.add(key)
    remark = str(bilingual("号码打码，待核实", "Masked, to be verified"))
    if indexes:
        record_columns(
            Contact,
            len(indexes),
            {
                "client_id": owners,
                "kind": [reading.kind for reading in readings],
                "value": [reading.value for reading in readings],
                "remark": [remark if reading.warning_zh else "" for reading in readings],
                "primary": first,
            },
        )

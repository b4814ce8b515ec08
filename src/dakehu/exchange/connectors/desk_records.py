"""Matching of records of another system to clients and staff.

A record that was imported before is found by its link. Otherwise it is matched to a client by mobile, or, for an
organisation, by a unique name; a person is never matched by name alone. All others are new, with
a code derived from the record's id, so that a repeated run produces the same codes.
"""

from collections import Counter

from dakehu.domains.clients.bulk_import.matching import Ambiguous, ClientMatcher
from dakehu.exchange.connectors.landings import CLIENTS, Landing, Record
from dakehu.exchange.connectors.models import Connection, RecordLink
from dakehu.exchange.connectors.source import ID
from dakehu.exchange.sheets.frames import client_names
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.schema.fields import model_of

AMBIGUOUS = ""


class DeskRecords:
    """The desk's data for landings (landings.Desk), for one run. Look-ups stay within the actor's scope."""

    def __init__(self, connection: Connection, code_prefix: str) -> None:
        self.connection, self.code_prefix = connection, code_prefix
        self.links: dict[str, int] = dict(
            RecordLink.objects.filter(connection=connection, part=CLIENTS).values_list("record", "row_ref")
        )
        self.codes = self._codes_of(self.links.values())
        self._follow_merges()
        self.matched: dict[str, int] = {}  # records matched in this run
        self.new: dict[str, str] = {}  # {record: code} of clients to create; AMBIGUOUS if several clients match
        self.names: dict[str, str] = {}
        self.parents: dict[str, list[str]] = {}  # {record of another table: the client records that it references}
        self.staff = self._staff()
        self.unknown_staff: Counter[str] = Counter()

    def _follow_merges(self) -> None:
        """Point the links of merged clients to the remaining clients."""
        gone = sorted(set(self.links.values()) - set(self.codes))
        merged = model_of("clients.MergedClient").objects
        remaining: dict[int, int] = {}
        for some in chunks(gone):
            remaining.update(merged.filter(number__among=some).values_list("number", "client_id"))
        if remaining:
            self.links = {record: remaining.get(row, row) for record, row in self.links.items()}
            self.codes |= self._codes_of(remaining.values())

    # --- before the sheets are built ----------------------------------------------------------------

    def learn_clients(self, landing: Landing, records: list[Record]) -> None:
        """Match the clients of one table, or note them as new."""
        fields = {column.field: column for column in landing.columns}
        unlinked = [record for record in records if record[ID] not in self.links]
        names = {record[ID]: fields["name"].value(record, self) for record in records}
        mobiles = {
            record[ID]: fields["phone"].value(record, self).split("、")[0] if "phone" in fields else ""
            for record in unlinked
        }
        self.names.update(names)
        matcher = ClientMatcher()
        matcher.learn(
            codes=[],
            ids=[],
            mobiles=[mobile for mobile in mobiles.values() if mobile],
            names=[names[record[ID]] for record in unlinked] if landing.is_organisation else [],
        )
        taken = {*self.links.values(), *self.matched.values()}
        for record in unlinked:
            name = names[record[ID]] if landing.is_organisation else ""
            try:
                client = matcher.find(name=name, mobile=mobiles[record[ID]]) if name or mobiles[record[ID]] else None
            except Ambiguous:
                self.new[record[ID]] = AMBIGUOUS
                continue
            if client is None or client in taken:
                self.new[record[ID]] = f"{self.code_prefix}{record[ID]}"
            else:
                self.matched[record[ID]] = client
                taken.add(client)
        self.codes |= self._codes_of(set(self.matched.values()) - set(self.codes))

    def learn_names(self, landing: Landing, records: list[Record]) -> None:
        """Store the names of records that are not imported in this run."""
        column = next(column for column in landing.columns if column.field == "name")
        for record in records:
            self.names.setdefault(record[ID], column.value(record, self))

    def learn_parents(self, landing: Landing, records: list[Record]) -> None:
        """Store which clients the records of a table, such as deals, reference."""
        for record in records:
            self.parents[record[ID]] = [record[name] for name in landing.links if record.get(name)]

    def row_of(self, record: str) -> int | None:
        """Return the id of the client matched to a record, None for a new one."""
        return self.links.get(record, self.matched.get(record))

    # --- used by landings -------------------------------------------------------------------------

    def code_of(self, record: str) -> str:
        """Return the client code of a record of clients, "" if there is none or it is ambiguous."""
        row = self.row_of(record)
        return self.codes.get(row, "") if row is not None else self.new.get(record, "")

    def client_of(self, references: list[str]) -> str:
        """Return the client code of the first reference that resolves to one, "" without one."""
        for reference in references:
            for record in (reference, *self.parents.get(reference, ())):
                code = self.code_of(record)
                if code:
                    return code
        return ""

    def name_of(self, record: str) -> str:
        """Return the name of a record of clients, "" if it is unknown."""
        return self.names.get(record, "")

    def staff_of(self, name: str, mail: str) -> str:
        """Return the member of staff with this mail or name as an import reads it, "" if none (then counted)."""
        found = self.staff.get(mail.lower(), "") or self.staff.get(name, "")
        if not found and (name or mail):
            self.unknown_staff[name or mail] += 1
        return found

    def _staff(self) -> dict[str, str]:
        """Return {mail, and name if unique: the person in the form that an import reads}."""
        model = model_of("team.User")
        written = client_names(model)
        rows = list(model.objects.filter(is_active=True).values_list("pk", "name", "mail"))
        shared = Counter(name for _, name, _ in rows)
        found = {name: written[pk] for pk, name, _ in rows if shared[name] == 1}
        return found | {mail.lower(): written[pk] for pk, _, mail in rows if mail}

    def _codes_of(self, clients: object) -> dict[int, str]:
        """Return {client: code} of those of some clients that the actor may see."""
        found: dict[int, str] = {}
        for some in chunks(sorted(set(clients))):  # type: ignore[call-overload]
            found.update(model_of("clients.Client").objects.filter(pk__among=some).values_list("pk", "code"))
        return found

"""Which client does a row mean? By code, ID number, mobile or a name that only one client has: looked up together,
within the reader's scope, sealed values by their blind index."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dakehu.domains.clients.models import Client, Contact, MergedClient
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.database import write_pipeline

KEYS = ("auto", "code", "id_number", "mobile", "name")


class Ambiguous(LookupError):
    """More than one client answers to what was given."""


@dataclass
class ClientMatcher:
    """Clients by each of their names. A number below zero is a client of the file who is yet to be made."""

    codes: dict[str, int] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    mobiles: dict[str, set[int]] = field(default_factory=dict)
    names: dict[str, set[int]] = field(default_factory=dict)
    in_file: dict[str, set[int]] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)  # {code of a client merged away: code of the one who remains}

    def learn(self, *, codes: Iterable[str], ids: Iterable[str], mobiles: Iterable[str], names: Iterable[str]) -> None:
        """Look up, in the database, everything that rows will ask for. `ids` and `mobiles` are plain values. Of a long
        file each slice asks on its own, and has no client in common with those that are still being written."""
        for part in chunks({c for c in codes if c}):
            with write_pipeline.bypass():
                self._learn_codes(part)
        by_id = {_index(Client, "id_number_index", i): i for i in ids if i}
        for part in chunks(by_id):
            rows = Client.objects.filter(id_number_index__among=part).values_list("id_number_index", "pk")
            self.ids.update({by_id[index]: pk for index, pk in rows})
        by_mobile = {_index(Contact, "value_index", m): m for m in mobiles if m}
        for part in chunks(by_mobile):
            for index, pk in Contact.objects.filter(value_index__among=part).values_list("value_index", "client_id"):
                self.mobiles.setdefault(by_mobile[index], set()).add(pk)
        for part in chunks({n for n in names if n}):
            for name, pk in Client.objects.filter(name__among=part).values_list("name", "pk"):
                self.names.setdefault(name, set()).add(pk)

    def _learn_codes(self, codes: list[str]) -> None:
        """Clients by code; the code of a record that was merged away leads to the client who took it in. Looked up in
        the whole firm first and in the scope only where found: while a long import runs, the planner knows nothing of
        the rows it wrote and takes minutes for the scope of thousands of codes that nobody has."""
        with elevated("which codes exist"):
            held = dict(Client.objects.filter(code__among=codes).values_list("code", "pk"))
            rest = [code for code in codes if code not in held]
            once = dict(MergedClient.objects.filter(code__among=rest).values_list("code", "client_id"))
        numbers = {*held.values(), *once.values()}
        seen = dict(Client.objects.filter(pk__among=numbers).values_list("pk", "code")) if numbers else {}
        self.codes.update({code: pk for code, pk in held.items() if pk in seen})
        for code, pk in once.items():
            if pk in seen:
                self.codes[code], self.former[code] = pk, seen[pk]

    def add(self, number: int, *, code: str = "", name: str = "", id_number: str = "", mobile: str = "") -> None:
        """Remember a client of the file itself, so that its other sheets find them."""
        if code:
            self.codes[code] = number
        if id_number:
            self.ids[id_number] = number
        if mobile:
            self.mobiles.setdefault(mobile, set()).add(number)
        if name:
            self.names.setdefault(name, set()).add(number)
            self.in_file.setdefault(name, set()).add(number)

    def find(
        self, *, code: str = "", name: str = "", id_number: str = "", mobile: str = "", key: str = "auto"
    ) -> int | None:
        """The client, or None. The strongest identifier that is given decides; a name only where nothing else is.

        Raises Ambiguous for a name or number that several clients share.
        """
        if key == "code" or (key == "auto" and code):
            return self.codes.get(code)
        if key == "id_number" or (key == "auto" and id_number):
            return self.ids.get(id_number)
        if key == "mobile" or (key == "auto" and mobile):
            return _only(self.mobiles.get(mobile, set()))
        own = self.in_file.get(name, set())
        return _only(own if len(own) == 1 else self.names.get(name, set()))


def _only(found: set[int]) -> int | None:
    if len(found) > 1:
        raise Ambiguous
    return next(iter(found), None)


def _index(model: Any, name: str, plain: str) -> str:
    return str(model._meta.get_field(name).index_of(plain))

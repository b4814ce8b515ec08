"""Match imported rows to clients by code, ID number, mobile or a unique name.

All rows are looked up together, within the reader's scope, encrypted values by their blind index.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dakehu.domains.clients.models import Client, Contact, MergedClient
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.database import write_pipeline

KEYS = ("auto", "code", "id_number", "mobile", "name")


class Ambiguous(LookupError):
    """Several clients match."""


@dataclass
class ClientMatcher:
    """Clients by each of their identifiers. A negative id is a client of the file yet to be created."""

    codes: dict[str, int] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    mobiles: dict[str, set[int]] = field(default_factory=dict)
    names: dict[str, set[int]] = field(default_factory=dict)
    in_file: dict[str, set[int]] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)  # {code of a merged client: code of the remaining one}
    free: set[str] = field(default_factory=set)  # codes that no client of the firm has or had

    def learn(self, *, codes: Iterable[str], ids: Iterable[str], mobiles: Iterable[str], names: Iterable[str]) -> None:
        """Look up the identifiers of all rows. `ids` and `mobiles` are plain values.

        Each slice of a long file is looked up separately, and has no client in common with those still being written.
        """
        for values in chunks({code for code in codes if code}):
            with write_pipeline.bypass():
                self._learn_codes(values)
        by_id = {_index(Client, "id_number_index", number): number for number in ids if number}
        for values in chunks(by_id):
            rows = Client.objects.filter(id_number_index__among=values).values_list("id_number_index", "pk")
            self.ids.update({by_id[index]: pk for index, pk in rows})
        by_mobile = {_index(Contact, "value_index", mobile): mobile for mobile in mobiles if mobile}
        for values in chunks(by_mobile):
            for index, pk in Contact.objects.filter(value_index__among=values).values_list("value_index", "client_id"):
                self.mobiles.setdefault(by_mobile[index], set()).add(pk)
        for values in chunks({name for name in names if name}):
            for name, pk in Client.objects.filter(name__among=values).values_list("name", "pk"):
                self.names.setdefault(name, set()).add(pk)

    def _learn_codes(self, codes: list[str]) -> None:
        """Look up clients by code; the code of a merged client finds the remaining one.

        Codes are looked up in the whole firm first and in the scope only if found: during a long import the planner has
        no statistics of the new rows and would take minutes to scope thousands of unused codes.
        """
        with elevated("look up client codes"):
            ids_by_code = dict(Client.objects.filter(code__among=codes).values_list("code", "pk"))
            unknown = [code for code in codes if code not in ids_by_code]
            merged = dict(MergedClient.objects.filter(code__among=unknown).values_list("code", "client_id"))
        self.free.update(code for code in unknown if code not in merged)
        client_ids = {*ids_by_code.values(), *merged.values()}
        visible = dict(Client.objects.filter(pk__among=client_ids).values_list("pk", "code")) if client_ids else {}
        self.codes.update({code: pk for code, pk in ids_by_code.items() if pk in visible})
        for code, pk in merged.items():
            if pk in visible:
                self.codes[code], self.former[code] = pk, visible[pk]

    def add(self, number: int, *, code: str = "", name: str = "", id_number: str = "", mobile: str = "") -> None:
        """Add a client of the file itself, so that its other sheets find them."""
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
        """Return the client id, None without a match. The strongest identifier decides, a name only without others.

        Raises Ambiguous for a name or number that several clients share.
        """
        if key == "code" or (key == "auto" and code):
            return self.codes.get(code)
        if key == "id_number" or (key == "auto" and id_number):
            return self.ids.get(id_number)
        if key == "mobile" or (key == "auto" and mobile):
            return _single_id(self.mobiles.get(mobile, set()))
        own = self.in_file.get(name, set())
        return _single_id(own if len(own) == 1 else self.names.get(name, set()))


def _single_id(ids: set[int]) -> int | None:
    """Return the only id, None without one. Raises Ambiguous."""
    if len(ids) > 1:
        raise Ambiguous
    return next(iter(ids), None)


def _index(model: Any, name: str, plain: str) -> str:
    """Return the blind index of a value."""
    return str(model._meta.get_field(name).index_of(plain))

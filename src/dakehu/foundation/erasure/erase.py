"""Erase clients with all their dependent data, in one action.

Rows are deleted along the models' foreign keys; a row still needed by others is anonymised. Data without a foreign key
(files of trades, external calendars) is erased by functions declared by its owner.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from dakehu.foundation.access import scope
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField
from dakehu.foundation.access.sensitivity import PUBLIC
from dakehu.foundation.actions import undo_redaction
from dakehu.foundation.audit import chain, redaction
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.erasure import hanging, tombstones
from dakehu.foundation.erasure.hanging import Hanging, Ids
from dakehu.foundation.erasure.jobs import erase_jobs
from dakehu.foundation.files import store
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.records.bulk import add_row_counts, remove_rows
from dakehu.foundation.schema.fields import has_spec
from dakehu.foundation.search import index

KEY_OF_FILE = re.compile(r"[0-9a-f]{32}")
REMOVED = "—"  # replacement for a text that must not be empty


@dataclass(frozen=True)
class Erasure:
    """The data to erase: `clients` are their ids, including former ones of merged records; `rows` all rows by model
    label.

    `words` are the codes and names, also former ones, by which texts may name them.
    """

    clients: frozenset[int]
    rows: dict[str, set[int]]
    words: frozenset[str]

    def names_one(self, text: str) -> bool:
        """Return whether a text names one of the clients."""
        return any(word in text for word in self.words)

    def without_names(self, text: str) -> str:
        """Return a text with a dash for every code and name of the clients, the longest first."""
        for word in sorted(self.words, key=len, reverse=True):
            text = text.replace(word, REMOVED)
        return text

    def add_rows(self, label: str, numbers: set[int]) -> None:
        """Add rows that an eraser changed: they are redacted from audit and undo too."""
        self.rows.setdefault(label, set()).update(numbers)


Eraser = Callable[[Erasure], int]
_erasers: dict[str, Eraser] = {}


def declare_eraser(name: str, eraser: Eraser) -> None:
    """Register a function that erases data without a foreign key, before the rows are deleted; it returns how many.

    Raises ValueError for a name declared twice.
    """
    if _erasers.setdefault(name, eraser) is not eraser:
        raise ValueError(f"eraser {name} is declared twice")


def erase_clients(ids: Iterable[int], former: Iterable[int] = ()) -> dict[str, int]:
    """Erase clients; `former` are their ids before a merge. As the system, inside an irreversible action. Returns
    counts: {clients, rows, anonymous, files, audit, undo and each declared eraser}.
    """
    clients = set(ids)
    tombstones.add(_digests(clients))
    found = hanging.rows_of_clients(clients)
    for model, numbers in hanging.containers_of(found).items():
        found.own[model] |= numbers
    erasure = Erasure(frozenset(clients | set(former)), found.labels(), frozenset(_identifying_texts(found)))
    counts = {name: eraser(erasure) for name, eraser in sorted(_erasers.items())}
    counts["jobs"] = erase_jobs(erasure.clients, erasure.names_one)
    stored = stored_files(found)
    rows = {**erasure.rows, StoredFile._meta.label: set(stored)}
    counts["undo"] = undo_redaction.redact(set(erasure.clients), rows)
    counts["files"] = store.erase(list(stored.values()))
    chain.wait_for_turn()  # a concurrent seal must cover entries either before or after the erasure
    counts["audit"] = redaction.redact(set(erasure.clients), rows)
    counts["anonymous"] = sum(_make_anonymous(model, numbers) for model, numbers in found.shared.items() if numbers)
    _clear_links(found)
    counts["rows"] = _remove(found.own)
    return {"clients": len(clients), **counts}


def _digests(clients: set[int]) -> Iterator[str]:
    rows: Any = models.QuerySet(scope.client_model()).filter(pk__in=clients)
    for number, created_at in rows.values_list("pk", "created_at"):
        yield tombstones.digest_of(number, created_at)


def _identifying_texts(found: Hanging) -> Iterator[str]:
    """Yield the codes and names of clients, and those of records that were merged into them."""
    for model, numbers in found.own.items():
        if {"code", "name"} <= {column.name for column in model._meta.concrete_fields} and numbers:
            rows: Any = models.QuerySet(model).filter(pk__in=numbers)
            for values in rows.values_list("code", "name"):
                yield from (value for value in values if value)


def _remove(own: Ids) -> int:
    """Delete rows, clients last. Foreign keys between them are checked when the transaction ends."""
    root = scope.client_model()
    for model in sorted(own, key=lambda one: (one is root, one._meta.label)):
        if own[model]:
            remove_rows(model, sorted(own[model]))
    return sum(len(numbers) for numbers in own.values())


def _clear_links(found: Hanging) -> None:
    """Clear the keys of remaining rows that point to deleted rows."""
    for model, key, numbers in hanging.links_to(found):
        for some in chunks(sorted(numbers)):
            rows: Any = models.QuerySet(model).filter(pk__in=some)
            rows.filter(**{f"{key.name}__in": found.own[key.related_model]}).update(**{key.name: None})
        add_row_counts(model, {"changed": IdRanges(numbers)}, [key.name])


def _make_anonymous(model: Any, numbers: set[int]) -> int:
    """Clear the client and every text of rows needed by other clients' rows; return their number.

    Days, choices and staff are kept.
    """
    values = {
        column.name: emptied for column in model._meta.concrete_fields for emptied in _empty_value_of(model, column)
    }
    rows: Any = models.QuerySet(model).filter(pk__in=numbers)
    rows.update(**values)
    index.remove(model, numbers)
    add_row_counts(model, {"changed": IdRanges(numbers)}, list(values))
    return len(numbers)


def _empty_value_of(model: Any, column: Any) -> Iterator[Any]:
    """Yield the anonymised value of a column, nothing where it is kept."""
    is_text = isinstance(column, (models.CharField, models.TextField, EncryptedTextField))
    if column.name == model.client_path:
        yield None
    elif isinstance(column, BlindIndex):
        yield ""
    elif isinstance(column, models.JSONField):
        yield column.get_default()
    elif is_text and has_spec(column) and not column.unique and not hasattr(column, "choice_set"):
        may_go = column.null or column.blank or column.spec.sensitivity > PUBLIC
        yield from [None if column.null else "" if column.blank else REMOVED] if may_go else ()


def stored_files(found: Hanging) -> dict[int, str]:
    """Return {id: key} of the stored files referenced only by these rows."""
    named: set[str] = set()
    for ids in (found.own, found.shared):
        for model, numbers in ids.items():
            named |= _file_keys(models.QuerySet(model).filter(pk__in=numbers)) if numbers else set()
    for model in found.own:
        if any(column.name == "file_key" for column in model._meta.concrete_fields):
            staying: Any = models.QuerySet(model).filter(file_key__in=named).exclude(pk__in=found.own[model])
            named -= set(staying.values_list("file_key", flat=True))
    files: Any = models.QuerySet(StoredFile).filter(key__in=named)
    return dict(files.values_list("pk", "key"))


def _file_keys(rows: Any) -> set[str]:
    """Return strings in the texts of rows that look like keys of stored files."""
    columns = [
        column.attname
        for column in rows.model._meta.concrete_fields
        if isinstance(column, (models.CharField, models.TextField, models.JSONField))
        and not isinstance(column, (EncryptedTextField, BlindIndex))
    ]
    keys: set[str] = set()
    for values in rows.values_list(*columns).iterator(chunk_size=2000) if columns else ():
        keys |= set(KEY_OF_FILE.findall(" ".join(str(value) for value in values)))
    return keys

"""The evaluation of imported clients, row by row, before anything is written."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dakehu.domains.clients.bulk_import import contacts as contact_import
from dakehu.domains.clients.bulk_import.matching import ClientMatcher
from dakehu.foundation.imports.row_matching import ImportEvaluation

OLDER = "older"  # outcome of a row of an earlier day


@dataclass
class ClientEvaluation:
    """The outcome of imported client rows.

    `people` is the client of each row: an id, or -(row + 1) for one to be created. `history` are rows of an earlier
    day, with that day; `duties` are rows whose client gets another main manager.
    """

    weighed: ImportEvaluation
    people: list[int]
    finder: ClientMatcher
    contacts: contact_import.ContactRows
    history: list[tuple[int, date]] = field(default_factory=list)
    histories: ImportEvaluation = field(default_factory=lambda: ImportEvaluation.of(0))
    duties: dict[int, Any] = field(default_factory=dict)

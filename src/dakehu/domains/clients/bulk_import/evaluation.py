"""What an import would do to clients, row by row, before anything is written."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dakehu.domains.clients.bulk_import import contacts as contact_import
from dakehu.domains.clients.bulk_import.matching import ClientMatcher
from dakehu.foundation.imports.row_matching import ImportEvaluation

OLDER = "older"  # a row that tells what was known earlier


@dataclass
class ClientEvaluation:
    """`people` gives each row its client: a number, or -(row + 1) for one to be made. `history` lists the rows that
    tell of an earlier day, with that day; `duties` the rows whose client gets another main member of staff."""

    weighed: ImportEvaluation
    people: list[int]
    finder: ClientMatcher
    contacts: contact_import.ContactRows
    history: list[tuple[int, date]] = field(default_factory=list)
    histories: ImportEvaluation = field(default_factory=lambda: ImportEvaluation.of(0))
    duties: dict[int, Any] = field(default_factory=dict)

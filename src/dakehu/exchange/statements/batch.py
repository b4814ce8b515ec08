"""A statement step by step, for the browser: the recognition result, its client, then dry run and import in the
background.

The recognition result is stored with the batch (its report, "statement"), so that page views do not open the file.
"""

from typing import Any

from dakehu.exchange.statements import service as statements
from dakehu.exchange.statements.layouts import Layout
from dakehu.exchange.statements.service import Statement
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.input import parse_input
from dakehu.foundation.imports import batches
from dakehu.foundation.schema.parameters import parameters_of

OWNER = parameters_of("ledger.QuarantinedRow", "client")


def save_answer(batch: Any, glimpsed: tuple[Layout, int, set[str]], by_hand: bool = False) -> None:
    """Note on a batch that it is a statement, and the recognition result (see service.detect), or that a person
    mapped its columns. Call inside an act."""
    layout, rows, codes = glimpsed
    result = {
        "layout": layout.name,
        "rows": rows,
        "clients": len(codes),
        "client": "",
        "by_hand": by_hand,
        "units": {name: found.words for name, found in layout.units.items()},
        "columns": [*layout.columns.items(), *(("other", heading) for heading in layout.others)],
    }
    batch.report = {**batch.report, "statement": result}


def is_dry_run(batch: Any) -> dict[str, Any]:
    """Return {layout, rows, clients (codes in its rows), client (the code chosen, or ""), columns: [[field,
    heading]]}; {} for a batch of other tables."""
    return dict(batch.report.get("statement", {}))


def set_client(pk: int, named: str) -> None:
    """Set the client of a statement, by code or name; "" means the client detected in the file. Raises Refused."""
    client = parse_input(OWNER, {"client": named})["client"] if named else None
    with act("workbook.correct_mapping"):
        batch = batches.get_own(pk, lock=True)
        check_open(batch)
        batch.report = {**batch.report, "statement": {**is_dry_run(batch), "client": client.code if client else ""}}
        batch.state = BatchState.OPENED.value
        batch.save()


def check_open(batch: Any) -> None:
    if batch.state in (BatchState.APPLIED, BatchState.UNDONE):
        raise Refused(
            bilingual(
                "这个文件已经导入，不能再修改。请重新上传。",
                "This file has been imported. Upload it again to change it.",
            )
        )


def dry_run(batch: Any, statement: Statement) -> dict[str, Any]:
    return statements.dry_run(statement, is_dry_run(batch)["client"], batch.sha256)


def run(batch: Any, statement: Statement) -> dict[str, Any]:
    return statements.run(statement, batch.pk, is_dry_run(batch)["client"], batch.sha256)

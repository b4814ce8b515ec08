"""Import clients' consent statements, by the rules of a single statement; earlier statements stay unchanged."""

from typing import Any

from dakehu.domains.clients import actions
from dakehu.domains.clients.bulk_import.owners import clients_of_rows
from dakehu.domains.clients.consents import statement_faults
from dakehu.domains.clients.models import Consent
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.imports.row_by_row import evaluate_rows, write_client_rows
from dakehu.foundation.imports.row_matching import Columns, ImportEvaluation
from dakehu.foundation.schema.fields import editable_fields

KEY = ("purpose", "channel", "stated_on", "state")


def consent_fields() -> tuple[str, ...]:
    """Return the importable fields of a statement."""
    return tuple(name for name in editable_fields("clients.Consent") if name != "client")


def _fill_key_columns(columns: Columns, count: int) -> Columns:
    """Return the columns that identify a statement: today and every channel by default."""
    days, channels = (columns.get(name) or [None] * count for name in ("stated_on", "channel"))
    today = clock.today()
    return {**columns, "stated_on": [day or today for day in days], "channel": [one or "" for one in channels]}


def evaluate_consents(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported statements with stored ones: the same purpose, channel, day and choice of a client is one statement."""
    return evaluate_rows(
        Consent,
        _fill_key_columns(columns, len(clients)),
        len(clients),
        evaluation,
        key=KEY,
        fields=consent_fields(),
        parameters=ACTIONS["clients.record_consent"].parameters,
        check=_check,
        mode=mode,
        clients=clients,
    )


def _check(row: Consent, is_new: bool) -> None:
    """Raise Refused for a change of a stored statement, and for one that the single action would refuse."""
    if not is_new:
        raise refusal(
            "state",
            "已登记的意愿不能用表格修改；请另加一行写明新的意愿和日期。",
            "What was said is not changed by a worksheet; add a row with the new choice and its day.",
        )
    faults = statement_faults(
        str(row.purpose), str(row.state), row.stated_on, clock.today(), row.text_version, row.evidence
    )
    if faults:
        raise Refused({name: [text] for name, text in faults.items()})


@action(
    "clients.import_consents",
    needs=Permission.CLIENT_WRITE,
    zh="批量登记同意与拒绝",
    en="Import consents",
    is_public=False,
)
def import_consents(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated statements, each by the action of a single one."""

    def create(client: Any, values: dict[str, Any]) -> Any:
        return actions.record_consent(client=client, **values)

    def change(pk: int, values: dict[str, Any]) -> None:
        raise LookupError(f"statement {pk} is not changed by a worksheet")

    columns = _fill_key_columns(columns, len(clients))
    write_client_rows(columns, row_evaluation, consent_fields(), clients_of_rows(clients), create, change)

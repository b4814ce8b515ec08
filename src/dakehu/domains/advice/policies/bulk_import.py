"""Import goals and draft policies of many clients, by the rules of a single one; signed policies never change."""

from typing import Any

from dakehu.domains.advice.models import InvestmentGoal, InvestmentPolicy
from dakehu.domains.advice.policies import actions
from dakehu.domains.advice.policies.choices import PolicyState
from dakehu.domains.clients.bulk_import.owners import clients_of_rows
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_by_row import check_rows, evaluate_rows, write_client_rows
from dakehu.foundation.imports.row_matching import Columns, ImportEvaluation, Stored
from dakehu.foundation.schema.fields import editable_fields


def _fields(model: str) -> tuple[str, ...]:
    return tuple(name for name in editable_fields(model) if name != "client")


def goal_fields() -> tuple[str, ...]:
    """Return the importable fields of a goal."""
    return _fields("advice.InvestmentGoal")


def policy_fields() -> tuple[str, ...]:
    """Return the importable fields of a draft policy."""
    return _fields("advice.InvestmentPolicy")


def evaluate_goals(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported goals with stored ones: a goal is identified by its client and its name."""
    return evaluate_rows(
        InvestmentGoal,
        columns,
        len(clients),
        evaluation,
        key=("name",),
        fields=goal_fields(),
        parameters=ACTIONS["advice.add_goal"].parameters,
        check=lambda row, is_new: actions.check_goal(row),
        mode=mode,
        clients=clients,
    )


def evaluate_policies(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported policies with the draft of each client: a row changes it, or is the next draft where there is none."""
    compared = tuple(name for name in policy_fields() if name in columns)
    keys = [(client,) for client in clients]
    row_matching.evaluate(InvestmentPolicy, columns, keys, _drafts(clients, compared), compared, evaluation, mode=mode)
    row_matching.hide_foreign_values(InvestmentPolicy, columns, evaluation)
    row_matching.require_columns(ACTIONS["advice.draft_policy"].parameters, columns, evaluation)
    return check_rows(InvestmentPolicy, columns, evaluation, policy_fields(), _check_policy(clients), clients)


def _drafts(clients: list[int], compared: tuple[str, ...]) -> Stored:
    """Return {(client,): [(id, values)]} of the drafts of some clients."""
    found: Stored = {}
    for some in chunks(sorted({client for client in clients if client > 0})):
        rows = InvestmentPolicy.objects.filter(client_id__among=some, state=PolicyState.DRAFT.value).order_by("pk")
        for pk, client, *values in rows.values_list("pk", "client_id", *compared):
            found.setdefault((client,), []).append((pk, tuple(values)))
    return found


def _check_policy(clients: list[int]) -> Any:
    """Return the check of a row: the rules of a draft, and one row per client."""
    drafted = set(
        InvestmentPolicy.objects.filter(client_id__among=[one for one in clients if one > 0])
        .filter(state=PolicyState.DRAFT.value)
        .values_list("client_id", flat=True)
    )

    def check(row: InvestmentPolicy, is_new: bool) -> None:
        if not is_new:
            actions.check_draft(row)
            actions.check_policy(row)
            return
        if row.client_id is None:
            raise refusal(
                "client_code",
                "客户尚未建档，请先导入客户并完成测评。",
                "This client is not on the desk yet: import and test the client first.",
            )
        if row.client_id in drafted:
            raise refusal(
                "client_code",
                "该客户已有一份草稿，一次只能有一份。",
                "This client has a draft; there is one at a time.",
            )
        drafted.add(row.client_id)
        actions.check_policy(row)

    return check


@action("advice.import_goals", needs=Permission.POLICY_WRITE, zh="批量导入投资目标", en="Import goals", is_public=False)
def import_goals(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated goals, each by the actions of a single one."""

    def change(pk: int, values: dict[str, Any]) -> Any:
        return actions.change_goal(goal=pk, **values)

    def create(client: Any, values: dict[str, Any]) -> Any:
        return actions.add_goal(client=client, **values)

    write_client_rows(columns, row_evaluation, goal_fields(), clients_of_rows(clients), create, change)


@action(
    "advice.import_policies",
    needs=Permission.POLICY_WRITE,
    zh="批量导入投资方案草稿",
    en="Import draft policies",
    is_public=False,
)
def import_policies(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated policies as drafts, each by the actions of a single one."""

    def change(pk: int, values: dict[str, Any]) -> Any:
        return actions.change_policy(policy=pk, **values)

    def create(client: Any, values: dict[str, Any]) -> Any:
        return actions.draft_policy(client=client, **values)

    write_client_rows(columns, row_evaluation, policy_fields(), clients_of_rows(clients), create, change)

"""Import campaigns from a worksheet as drafts, by the rules of a single one; texts and lists are created on the page."""

from typing import Any

from dakehu.domains.growth.campaigns import actions
from dakehu.domains.growth.choices import CampaignState
from dakehu.domains.growth.models import Campaign
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.imports.row_by_row import evaluate_rows, write_rows
from dakehu.foundation.imports.row_matching import Columns, ImportEvaluation
from dakehu.foundation.schema.fields import editable_fields


def evaluate_campaigns(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported campaigns with stored ones: one is recognised by its name."""
    return evaluate_rows(
        Campaign,
        columns,
        len(clients),
        evaluation,
        key=("name",),
        fields=editable_fields("growth.Campaign"),
        parameters=ACTIONS["growth.add_campaign"].parameters,
        check=_check,
        mode=mode,
    )


def _check(row: Campaign, is_new: bool) -> None:
    """Raise Refused for a change of another person's campaign, or of one with an approval or a list."""
    if is_new:
        return
    actions.get_own_campaign(row.pk)
    if row.state != CampaignState.DRAFT:
        raise refusal(
            "name",
            "只有草稿可以用表格修改；其他请在活动页面修改。",
            "A worksheet changes drafts only; change others on the page of the campaign.",
        )


@action(
    "growth.import_campaigns",
    needs=Permission.CAMPAIGN_WRITE,
    zh="批量导入营销活动",
    en="Import campaigns",
    is_public=False,
)
def import_campaigns(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated campaigns as drafts of the actor."""

    def change(pk: int, values: dict[str, Any]) -> Any:
        return actions.change_campaign(campaign=pk, **values)

    write_rows(
        columns,
        row_evaluation,
        editable_fields("growth.Campaign"),
        lambda values: actions.add_campaign(**values),
        change,
    )

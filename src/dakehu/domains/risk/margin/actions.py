"""Actions on the terms of margin contracts."""

from typing import Any

from dakehu.domains.risk.margin import rules
from dakehu.domains.risk.models import MarginTerms
from dakehu.domains.risk.parameters import TERMS, VERSION
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Fields


def get_terms(pk: int) -> MarginTerms:
    """Return the terms of a contract of a visible client. Raises NotFound."""
    row: MarginTerms | None = MarginTerms.objects.filter(pk=pk).select_related("client").first()
    if row is None:
        raise NotFound(bilingual("两融合同约定", "terms of a margin contract"))
    return row


@action(
    "risk.add_margin_terms",
    needs=Permission.LIMIT_WRITE,
    zh="登记两融合同约定",
    en="Record the terms of a margin contract",
    parameters=(Fields("risk.MarginTerms", required=("client", "contract"), new=True),),
)
def add_margin_terms(*, client: Any, contract: str, **values: Any) -> MarginTerms:
    """Record what a margin contract agrees. Raises Refused for one already recorded, and for contradictory lines."""
    if MarginTerms.objects.filter(client=client, contract=contract).exists():
        raise refusal(
            "contract", "这份合同的约定已登记，请修改。", "The terms of this contract are recorded; change them."
        )
    row = MarginTerms(
        client=client, contract=contract, **{name: value for name, value in values.items() if value is not None}
    )
    check_lines(row)
    row.save()
    return row


@action(
    "risk.change_margin_terms",
    needs=Permission.LIMIT_WRITE,
    zh="修改两融合同约定",
    en="Change the terms of a margin contract",
    parameters=(TERMS, VERSION, Fields("risk.MarginTerms", without=("client", "contract"))),
)
def change_margin_terms(*, margin_terms: int, version: int | None = None, **values: Any) -> MarginTerms:
    """Change the terms of a contract according to an amendment."""
    row = get_terms(margin_terms)
    check_version(row, version)
    for name, value in values.items():
        column: Any = MarginTerms._meta.get_field(name)
        setattr(row, name, column.get_default() if value is None and not column.null else value)
    check_lines(row)
    row.save()
    return row


@action(
    "risk.remove_margin_terms",
    needs=Permission.LIMIT_WRITE,
    zh="删除两融合同约定",
    en="Remove the terms of a margin contract",
    parameters=(TERMS,),
)
def remove_margin_terms(*, margin_terms: int) -> None:
    """Remove the terms of a contract that were recorded by mistake."""
    get_terms(margin_terms).delete()


def check_lines(row: MarginTerms) -> None:
    """Raise Refused for lines that contradict one another."""
    values = (row.warn_line, row.close_line, row.instant_line, row.target_ratio)
    error = rules.lines_error(*(None if one is None else float(one) for one in values))
    if error is not None:
        raise refusal(*error)

"""Actions on investments."""

from typing import Any

from dakehu.domains.ledger.models import Investment
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

INVESTMENT = Parameter("investment", kind="integer", spec=FieldSpec("投资记录", "Investment"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))


def get_investment(pk: int) -> Investment:
    """Return a visible investment. Raises NotFound."""
    row = Investment.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("投资记录", "investment"))
    return row


@action(
    "ledger.add_investment",
    needs=Permission.LEDGER_WRITE,
    zh="登记投资",
    en="Add an investment",
    parameters=(Fields("ledger.Investment", required=("client", "invested_on", "amount", "product"), new=True),),
)
def add_investment(*, client: Any, **values: Any) -> Investment:
    """Add an investment of a client."""
    row = Investment(client=client, **{k: v for k, v in values.items() if v is not None})
    row.save()
    return row


@action(
    "ledger.change_investment",
    needs=Permission.LEDGER_WRITE,
    zh="修改投资记录",
    en="Change an investment",
    parameters=(
        INVESTMENT,
        VERSION,
        Fields("ledger.Investment", without=("client",)),
    ),
)
def change_investment(*, investment: int, version: int | None = None, **values: Any) -> Investment:
    """Change fields of an investment. Raises a conflict if `version` is not the stored one."""
    row = get_investment(investment)
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


@action(
    "ledger.remove_investment",
    needs=Permission.LEDGER_WRITE,
    zh="删除投资记录",
    en="Remove an investment",
    parameters=(INVESTMENT, VERSION),
)
def remove_investment(*, investment: int, version: int | None = None) -> None:
    """Delete an investment. Raises a conflict if `version` is not the stored one."""
    row = get_investment(investment)
    check_version(row, version)
    row.delete()

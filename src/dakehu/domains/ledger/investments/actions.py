"""What can be done about investments."""

from typing import Any

from dakehu.domains.ledger.models import Investment
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.actions.registry import Customs, Take, action, must_match, takes_of
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import say
from dakehu.foundation.schema.fields import Facts

ONE = Take("investment", kind="integer", facts=Facts("投资记录", "Investment"))
VERSION = Take("version", required=False, kind="integer", facts=Facts("版本", "Version"))
REST = ("product_kind", "horizon", "expected_return", "risk_preference", "value", "valued_on", "result")


def found(pk: int) -> Investment:
    row = Investment.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(say("投资记录", "investment"))
    return row


@action(
    "ledger.note_investment",
    needs=Permission.LEDGER_WRITE,
    zh="记录投资",
    en="Note an investment",
    takes=(
        takes_of("ledger.Investment", "client", "invested_on", "amount", "product", optional=REST),
        Customs("ledger.Investment", new=True),
    ),
)
def note_investment(*, client: Any, **facts: Any) -> Investment:
    row = Investment(client=client, **{k: v for k, v in facts.items() if v is not None})
    row.save()
    return row


@action(
    "ledger.change_investment",
    needs=Permission.LEDGER_WRITE,
    zh="修改投资记录",
    en="Change an investment",
    takes=(
        ONE,
        VERSION,
        takes_of("ledger.Investment", optional=("invested_on", "amount", "product", *REST)),
        Customs("ledger.Investment"),
    ),
)
def change_investment(*, investment: int, version: int | None = None, **facts: Any) -> Investment:
    row = found(investment)
    must_match(row, version)
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    return row


@action(
    "ledger.drop_investment",
    needs=Permission.LEDGER_WRITE,
    zh="删除投资记录",
    en="Drop an investment",
    takes=(ONE, VERSION),
)
def drop_investment(*, investment: int, version: int | None = None) -> None:
    row = found(investment)
    must_match(row, version)
    row.delete()

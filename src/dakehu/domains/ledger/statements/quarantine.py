"""Correct, release or drop quarantined statement rows."""

from collections import Counter
from decimal import Decimal
from typing import Any

from dakehu.domains.ledger.models import QuarantinedRow, QuarantineState
from dakehu.domains.ledger.statements import importing as statement_import
from dakehu.domains.ledger.statements.validation import (
    FEES,
    REASONS,
    RowRejected,
    StatementRow,
    ValidTrade,
    validate_row,
)
from dakehu.domains.ledger.trades import reader
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import parsing
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

ROW = Parameter("row", kind="integer", spec=FieldSpec("待处理行", "Row held back"))
CELLS = Parameter("cells", kind="json", spec=FieldSpec("更正内容", "Corrections"))
REASON = Parameter("reason", spec=FieldSpec("原因", "Reason"))
# Fields of a corrected row, in the order of the form.
FIELDS = {
    "day": FieldSpec("成交日期", "Day"),
    "time": FieldSpec("成交时间", "Time"),
    "side": FieldSpec("业务名称", "Kind of business"),
    "code": FieldSpec("证券代码", "Security code"),
    "name": FieldSpec("证券名称", "Security"),
    "market": FieldSpec("交易市场", "Market"),
    "account": FieldSpec("股东账户", "Shareholder account"),
    "quantity": FieldSpec("成交数量", "Quantity"),
    "price": FieldSpec("成交价格", "Price"),
    "amount": FieldSpec("成交金额", "Amount"),
    "net": FieldSpec("发生金额", "Cash effect"),
    "charge": FieldSpec("手续费", "Charge"),
    "commission": FieldSpec("佣金", "Commission"),
    "stamp": FieldSpec("印花税", "Stamp duty"),
    "transfer": FieldSpec("过户费", "Transfer fee"),
    "other": FieldSpec("其他费用", "Other fees"),
    "balance": FieldSpec("资金余额", "Cash balance"),
    "currency": FieldSpec("币种", "Currency"),
    "ref": FieldSpec("成交编号", "Reference"),
}
NUMBERS = ("quantity", "price", "amount", "net", "charge", "balance", *FEES)
TEXTS = ("side", "code", "name", "account", "market", "ref", "currency")


def get_row(number: int) -> QuarantinedRow:
    """Return a row that is in quarantine.

    Raises NotFound outside the actor's scope, Refused for a row that is released or dropped.
    """
    row = QuarantinedRow.objects.filter(pk=number).first()
    if row is None:
        raise NotFound(bilingual("待处理行", "row held back"), number)
    if row.state != QuarantineState.WAITING:
        raise Refused({"row": [bilingual("这一行已经处理过了。", "This row has been settled already.")]})
    return row


def parse_row(cells: dict[str, str]) -> StatementRow:
    """Parse the text cells of a row. Raises RowRejected for a cell that cannot be read.

    Cells that are not in FIELDS are fees in further columns; they add up to `other` if that is empty.
    """
    values: dict[str, Any] = {}
    for name in NUMBERS:
        values[name] = _number(cells[name]) if cells.get(name) else None
    extra_fees = [_number(value) for name, value in cells.items() if name not in FIELDS and value]
    if extra_fees and values["other"] is None:
        values["other"] = sum(extra_fees, Decimal(0))
    texts = {name: parsing.to_text(cells.get(name, "")) for name in TEXTS}
    texts["currency"] = texts["currency"] or "CNY"
    try:
        day = parsing.to_date(cells["day"]) if cells.get("day") else None
    except parsing.Unreadable:
        raise RowRejected("date", cells["day"]) from None
    return StatementRow(day=day, **texts, **values)


def _number(text: str) -> Decimal:
    """Parse a number. Raises RowRejected("number")."""
    try:
        return parsing.to_decimal(text)
    except parsing.Unreadable:
        raise RowRejected("number", str(text)) from None


def row_refusal(error: RowRejected) -> Refused:
    """Return the Refused that explains why a row cannot be released."""
    zh, en = REASONS[error.reason]
    detail = f" {error.detail}" if error.detail else ""
    return Refused(
        {
            "row": [
                bilingual(
                    "这一行仍不能放行：{why}。{detail}",
                    "This row cannot be released yet: {reason}.{detail}",
                    why=zh,
                    reason=en,
                    detail=detail,
                )
            ]
        }
    )


@action(
    "ledger.correct_quarantined_row",
    needs=Permission.LEDGER_WRITE,
    zh="更正待处理行",
    en="Correct a quarantined row",
    parameters=(ROW, CELLS),
)
def correct_quarantined_row(*, row: int, cells: dict[str, Any]) -> QuarantinedRow:
    """Change cells of a quarantined row and validate it again.

    `cells` is {field: text}, "" empties a cell. The original contents stay in the audit.
    """
    quarantined = get_row(row)
    if not isinstance(cells, dict):
        raise Refused({"cells": [bilingual("请给出字段和内容。", "Give fields and their contents.")]})
    unknown = sorted(set(cells) - set(FIELDS) - set(quarantined.cells))
    if unknown:
        raise Refused(
            {"cells": [bilingual("没有“{names}”这些字段。", "There are no fields “{names}”.", names=unknown)]}
        )
    quarantined.cells = {**quarantined.cells, **{name: str(value or "").strip() for name, value in cells.items()}}
    try:
        validate_row(parse_row(quarantined.cells))
        quarantined.detail = ""
    except RowRejected as error:
        quarantined.reason, quarantined.detail = error.reason, error.detail[:300]
    quarantined.save()
    return quarantined


@action(
    "ledger.release_quarantined_row",
    needs=Permission.LEDGER_WRITE,
    zh="放行待处理行",
    en="Release a quarantined row",
    parameters=(ROW,),
)
def release_quarantined_row(*, row: int) -> dict[str, Any]:
    """Move a valid row from the quarantine to the journal.

    Returns {released, taken}: `taken` is False for a row without effect. Raises Refused with the reason for a row that
    is still invalid.
    """
    quarantined = get_row(row)
    try:
        trade = validate_row(parse_row(quarantined.cells))
    except RowRejected as error:
        raise row_refusal(error) from None
    if trade is not None:
        _register_row(quarantined, trade)
    quarantined.state = QuarantineState.RELEASED.value
    quarantined.save()
    add_audit_note(held_row=quarantined.pk)
    return {"released": quarantined.pk, "taken": trade is not None}


def _register_row(quarantined: QuarantinedRow, trade: ValidTrade) -> None:
    """Register a row under its original digest, so that importing its file again finds it unchanged."""
    digest, _, occurrence = quarantined.digest.partition(".")
    count = Counter(reader.trades_of_clients([quarantined.client_id])["digest"].to_pylist())[int(digest, 16)]
    if count >= int(occurrence):
        raise Refused({"row": [bilingual("这一行已在成交记录中。", "This row is among the trades already.")]})
    line = statement_import.Line(quarantined.line, quarantined.cells, None)
    evaluation = statement_import.EvaluatedStatement(valid=[(line, trade, int(digest, 16), int(occurrence))])
    with elevated("products that a released row names"):
        numbers = statement_import.register_new_products(evaluation)
    statement_import.register([(quarantined.client, evaluation.valid)], numbers, quarantined.source, "")


@action(
    "ledger.drop_quarantined_row",
    needs=Permission.LEDGER_WRITE,
    zh="作废待处理行",
    en="Drop a quarantined row",
    parameters=(ROW, REASON),
)
def drop_quarantined_row(*, row: int, reason: str) -> QuarantinedRow:
    """Drop a row that will never be a trade. Importing its file again leaves it dropped."""
    quarantined = get_row(row)
    quarantined.state, quarantined.detail = QuarantineState.DROPPED.value, reason[:300]
    quarantined.save()
    return quarantined

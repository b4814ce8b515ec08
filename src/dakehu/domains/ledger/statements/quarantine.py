"""Rows held back: corrected by a person, released into the journal once they add up, or dropped with a reason."""

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
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import elevated
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
# What a corrected row may say, in the order in which a form asks.
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
    """A row that waits. Raises NotFound for one out of sight, Refused for one settled already."""
    row = QuarantinedRow.objects.filter(pk=number).first()
    if row is None:
        raise NotFound(bilingual("待处理行", "row held back"), number)
    if row.state != QuarantineState.WAITING:
        raise Refused({"row": [bilingual("这一行已经处理过了。", "This row has been settled already.")]})
    return row


def parse_row(cells: dict[str, str]) -> StatementRow:
    """Corrected cells read as people here write values. Raises Doubt for one that cannot be read."""
    read: dict[str, Any] = {}
    for name in NUMBERS:
        read[name] = _number(cells[name]) if cells.get(name) else None
    further = [_number(value) for name, value in cells.items() if name not in FIELDS and value]
    if further and read["other"] is None:
        read["other"] = sum(further, Decimal(0))
    texts = {name: parsing.to_text(cells.get(name, "")) for name in TEXTS}
    texts["currency"] = texts["currency"] or "CNY"
    try:
        day = parsing.to_date(cells["day"]) if cells.get("day") else None
    except parsing.Unreadable:
        raise RowRejected("date", cells["day"]) from None
    return StatementRow(day=day, **texts, **read)


def _number(text: str) -> Decimal:
    try:
        return parsing.to_decimal(text)
    except parsing.Unreadable:
        raise RowRejected("number", str(text)) from None


def row_refusal(doubt: RowRejected) -> Refused:
    zh, en = REASONS[doubt.reason]
    detail = f" {doubt.detail}" if doubt.detail else ""
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
    "ledger.correct_row",
    needs=Permission.LEDGER_WRITE,
    zh="更正待处理行",
    en="Correct a row held back",
    parameters=(ROW, CELLS),
)
def correct_quarantined_row(*, row: int, cells: dict[str, Any]) -> QuarantinedRow:
    """Change cells of a row held back: {field: text}, "" to empty one. What stood in the file stays in the audit."""
    held = get_row(row)
    if not isinstance(cells, dict):
        raise Refused({"cells": [bilingual("请给出字段和内容。", "Give fields and their contents.")]})
    unknown = sorted(set(cells) - set(FIELDS) - set(held.cells))
    if unknown:
        raise Refused(
            {
                "cells": [
                    bilingual("没有“{names}”这些字段。", "There are no fields “{names}”.", names="、".join(unknown))
                ]
            }
        )
    held.cells = {**held.cells, **{name: str(value or "").strip() for name, value in cells.items()}}
    try:
        validate_row(parse_row(held.cells))
        held.detail = ""
    except RowRejected as doubt:
        held.reason, held.detail = doubt.reason, doubt.detail[:300]
    held.save()
    return held


@action(
    "ledger.release", needs=Permission.LEDGER_WRITE, zh="放行待处理行", en="Release a row held back", parameters=(ROW,)
)
def release_quarantined_row(*, row: int) -> dict[str, Any]:
    """Put a row that adds up into the journal; Refused with the reason for one that does not. Returns {released, taken}:
    taken is False for a row that is understood and of no effect."""
    held = get_row(row)
    try:
        dealt = validate_row(parse_row(held.cells))
    except RowRejected as doubt:
        raise row_refusal(doubt) from None
    if dealt is not None:
        _book(held, dealt)
    held.state = QuarantineState.RELEASED.value
    held.save()
    add_audit_note(held_row=held.pk)
    return {"released": held.pk, "taken": dealt is not None}


def _book(held: QuarantinedRow, dealt: ValidTrade) -> None:
    """Under the row's first digest, so that importing its file again finds it known."""
    digest, _, nth = held.digest.partition(".")
    known = Counter(reader.trades_of_clients([held.client_id])["digest"].to_pylist())[int(digest, 16)]
    if known >= int(nth):
        raise Refused({"row": [bilingual("这一行已在成交记录中。", "This row is among the trades already.")]})
    line = statement_import.Line(held.line, held.cells, None)
    judged = statement_import.EvaluatedStatement(told=[(line, dealt, int(digest, 16), int(nth))])
    with elevated("products that a released row names"):
        numbers = statement_import.register_new_products(judged)
    statement_import.register([(held.client, judged.told)], numbers, held.source, "")


@action(
    "ledger.drop_row",
    needs=Permission.LEDGER_WRITE,
    zh="作废待处理行",
    en="Drop a row held back",
    parameters=(ROW, REASON),
)
def drop_quarantined_row(*, row: int, reason: str) -> QuarantinedRow:
    """A row that will never be a trade; the reason is kept, and importing its file again leaves it dropped."""
    held = get_row(row)
    held.state, held.detail = QuarantineState.DROPPED.value, reason[:300]
    held.save()
    return held

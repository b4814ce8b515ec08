"""Map unknown kinds of business, and correct and release the quarantined rows that use them."""

from typing import Any

from django.db.models import Count

from dakehu.domains.ledger.models import QuarantinedRow, QuarantineState
from dakehu.domains.ledger.statements import importing as statement_import
from dakehu.domains.ledger.statements.quarantine import parse_row
from dakehu.domains.ledger.statements.validation import RowRejected, ValidTrade, validate_row
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import Choices, FieldSpec
from dakehu.foundation.schema.parameters import Parameter

AT_MOST = 5000
TERM = Parameter("word", spec=FieldSpec("业务名称", "Kind of business"))


class Meaning(Choices):
    """What a term may mean. Each is stored as a known term (see trades.transaction_types)."""

    BUY = "证券买入", "证券买入", "Securities bought"
    SELL = "证券卖出", "证券卖出", "Securities sold"
    INCOME = "红利入账", "红利、利息入账", "Dividend or interest"
    TAX = "股息红利差异扣税", "红利扣税", "Tax on dividends"
    COST = "偿还融资利息", "融资利息等费用", "Interest and other costs"
    CASH_IN = "银行转证券", "资金转入", "Cash in"
    CASH_OUT = "证券转银行", "资金转出", "Cash out"
    BONUS = "红股入帐", "送股、转增", "Bonus shares"
    LEND = "融券回购", "逆回购借出", "Reverse repo, lent"
    RETURN = "融券购回", "逆回购到期", "Reverse repo, returned"
    MOVE_IN = "转托转入", "证券转入", "Securities moved in"
    MOVE_OUT = "转托转出", "证券转出", "Securities moved out"
    IDLE = "指定交易", "不影响资金和持仓", "No effect on cash or holdings"


def _quarantined_rows(word: str | None = None) -> Any:
    """Return waiting rows whose kind of business is unknown; only those with `word` if given."""
    rows = QuarantinedRow.objects.filter(state=QuarantineState.WAITING.value, reason="side")
    return rows if word is None else rows.filter(detail=word[:300])


@query("ledger.unmapped_terms", needs=Permission.LEDGER_READ, zh="看不懂的业务名称", en="Unmapped transaction terms")
def unmapped_terms() -> list[dict[str, Any]]:
    """Return [{word, rows}] of unknown kinds of business, most frequent first.

    Returns [] for readers not cleared for personal values.
    """
    if current_actor().clearance < PERSONAL:
        return []
    counted = _quarantined_rows().order_by().values_list("detail").annotate(rows=Count("pk"))
    return [{"word": word, "rows": rows} for word, rows in sorted(counted, key=lambda pair: (-pair[1], pair[0]))]


@action(
    "ledger.map_term",
    needs=Permission.LEDGER_WRITE,
    zh="说明业务名称",
    en="Map a transaction term",
    parameters=(TERM, Parameter("meaning", choice_set=Meaning, spec=FieldSpec("含义", "Meaning"))),
)
def map_term(*, word: str, meaning: str) -> dict[str, Any]:
    """Correct all waiting rows with a term, and release those that become valid.

    Returns {corrected, released: numbers of rows, batch: the id with which `dakehu undo` reverts it}. Raises Refused
    if no row waits, or more than AT_MOST.
    """
    rows = list(_quarantined_rows(word).order_by("pk")[: AT_MOST + 1])
    if not rows:
        raise Refused(
            {"word": [bilingual("没有因“{word}”待处理的行。", "No row waits because of “{word}”.", word=word)]}
        )
    if len(rows) > AT_MOST:
        raise Refused({"word": [bilingual("一次最多处理 {n} 行。", "At most {n} rows at once.", n=f"{AT_MOST:,}")]})
    corrected = [(row, _map_row(row, meaning)) for row in rows]
    parts = _group_by_file([(row, trade) for row, trade in corrected if trade is not None])
    with elevated("products that released rows name"):
        numbers = statement_import.register_new_products(*[evaluation for _, _, evaluation in parts])
    for row in rows:
        row.save()
    for source, client, evaluation in parts:
        statement_import.register([(client, evaluation.valid)], numbers, source, "")
    released = sum(row.state == QuarantineState.RELEASED for row in rows)
    add_audit_note(rows=len(rows), released=released)
    return {"corrected": len(rows), "released": released, "batch": undo_entries.entry_number(word)}


def _map_row(row: QuarantinedRow, meaning: str) -> ValidTrade | None:
    """Set the meaning on a row, not saved yet, and return its trade.

    None if the row has no effect or is still invalid.
    """
    row.cells = {**row.cells, "side": meaning}
    try:
        trade = validate_row(parse_row(row.cells))
    except RowRejected as error:
        row.reason, row.detail = error.reason, error.detail[:300]
        return None
    row.state, row.detail = QuarantineState.RELEASED.value, ""
    return trade


def _group_by_file(
    released: list[tuple[QuarantinedRow, ValidTrade]],
) -> list[tuple[str, Any, statement_import.EvaluatedStatement]]:
    """Group released rows by file and client, each with its original digest and occurrence.

    The original digest lets an import of the same file find the row unchanged. Rows already in the journal are
    left out.
    """
    counts = statement_import.in_journal(sorted({row.client_id for row, _ in released}))
    groups: dict[tuple[str, int], tuple[str, Any, statement_import.EvaluatedStatement]] = {}
    for row, trade in released:
        digest, _, occurrence = row.digest.partition(".")
        if counts[row.client_id, int(digest, 16)] >= int(occurrence):
            continue
        group = groups.setdefault(
            (row.source, row.client_id), (row.source, row.client, statement_import.EvaluatedStatement())
        )
        group[2].valid.append(
            (statement_import.Line(row.line, row.cells, None), trade, int(digest, 16), int(occurrence))
        )
    return list(groups.values())

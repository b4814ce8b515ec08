"""Words that held rows back: a person says once what a word means, and every waiting row with it is corrected and released
where it then adds up."""

from typing import Any

from django.db.models import Count

from dakehu.domains.ledger.models import QuarantinedRow, QuarantineState
from dakehu.domains.ledger.statements import importing as statement_import
from dakehu.domains.ledger.statements.quarantine import parse_row
from dakehu.domains.ledger.statements.validation import RowRejected, ValidTrade, validate_row
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.imports import batches
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import Choices, FieldSpec
from dakehu.foundation.schema.parameters import Parameter

AT_MOST = 5000
TERM = Parameter("word", spec=FieldSpec("业务名称", "Kind of business"))


class Meaning(Choices):
    """What a word may mean; each is stored as a word that is understood (see sides)."""

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


def _quarantined(word: str | None = None) -> Any:
    rows = QuarantinedRow.objects.filter(state=QuarantineState.WAITING.value, reason="side")
    return rows if word is None else rows.filter(detail=word[:300])


@query("ledger.held_words", needs=Permission.LEDGER_READ, zh="看不懂的业务名称", en="Words that held rows back")
def unmapped_terms() -> list[dict[str, Any]]:
    """[{word, rows}] of the kinds of business nobody has explained, the most frequent first; [] for readers not cleared
    for what stands in statements."""
    if current_actor().clearance < PERSONAL:
        return []
    counted = _quarantined().order_by().values_list("detail").annotate(rows=Count("pk"))
    return [{"word": word, "rows": rows} for word, rows in sorted(counted, key=lambda one: (-one[1], one[0]))]


@action(
    "ledger.explain_word",
    needs=Permission.LEDGER_WRITE,
    zh="说明业务名称",
    en="Explain a kind of business",
    parameters=(TERM, Parameter("meaning", choice_set=Meaning, spec=FieldSpec("含义", "Meaning"))),
)
def map_term(*, word: str, meaning: str) -> dict[str, Any]:
    """Say what a word means in all rows that wait because of it: each is corrected, and released where it adds up.
    Returns {corrected, released, batch}: numbers of rows, and by which `dakehu undo` takes it back."""
    rows = list(_quarantined(word).order_by("pk")[: AT_MOST + 1])
    if not rows:
        raise Refused(
            {"word": [bilingual("没有因“{word}”待处理的行。", "No row waits because of “{word}”.", word=word)]}
        )
    if len(rows) > AT_MOST:
        raise Refused({"word": [bilingual("一次最多处理 {n} 行。", "At most {n} rows at once.", n=f"{AT_MOST:,}")]})
    told = [(row, _mapped(row, meaning)) for row in rows]
    parts = _parts([(row, dealt) for row, dealt in told if dealt is not None])
    with elevated("products that released rows name"):
        numbers = statement_import.register_new_products(*[judged for _, _, judged in parts])
    with undo.recording_undo() as kept:
        for row in rows:
            row.save()
        for source, client, judged in parts:
            statement_import.register([(client, judged.told)], numbers, source, "")
    released = sum(row.state == QuarantineState.RELEASED for row in rows)
    add_audit_note(rows=len(rows), released=released)
    return {"corrected": len(rows), "released": released, "batch": batches.save_act(word, kept.store())}


def _mapped(row: QuarantinedRow, meaning: str) -> ValidTrade | None:
    """Correct a row, not saved yet; what it says, or None where it says nothing or does not add up."""
    row.cells = {**row.cells, "side": meaning}
    try:
        dealt = validate_row(parse_row(row.cells))
    except RowRejected as doubt:
        row.reason, row.detail = doubt.reason, doubt.detail[:300]
        return None
    row.state, row.detail = QuarantineState.RELEASED.value, ""
    return dealt


def _parts(told: list[tuple[QuarantinedRow, ValidTrade]]) -> list[tuple[str, Any, statement_import.EvaluatedStatement]]:
    """Released rows by file and client, each under its first digest, so that importing its file again finds it known;
    without those that the journal has come to hold in another way."""
    known = statement_import.in_journal(sorted({row.client_id for row, _ in told}))
    made: dict[tuple[str, int], tuple[str, Any, statement_import.EvaluatedStatement]] = {}
    for row, dealt in told:
        digest, _, nth = row.digest.partition(".")
        if known[row.client_id, int(digest, 16)] >= int(nth):
            continue
        part = made.setdefault(
            (row.source, row.client_id), (row.source, row.client, statement_import.EvaluatedStatement())
        )
        part[2].told.append((statement_import.Line(row.line, row.cells, None), dealt, int(digest, 16), int(nth)))
    return list(made.values())

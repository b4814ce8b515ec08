"""Tie the short codes of a statement to a market by the names of their securities."""

from dataclasses import replace

from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.products.security_codes import UnknownCode, security
from dakehu.domains.ledger.products.short_codes import is_short, market_by_name
from dakehu.domains.ledger.statements.validation import StatementRow


def names_of_short_codes(rows: list[StatementRow]) -> dict[tuple[str, str], str]:
    """Return {(code, market): name} of the securities that short codes may mean.

    From the register of products and the full codes of the file; {} for a file without short codes.
    """
    written = [row for row in rows if row.code]
    short = {one.code.strip() for one in written if is_short(one.code)}
    if not short:
        return {}
    named = products.names_of({text.zfill(width) for text in short for width in (5, 6)} | short)
    for one in written:
        try:
            if not is_short(one.code):
                found = security(one.code, market=one.market, account=one.account)
                named.setdefault((found.code, found.market), one.name)
        except UnknownCode:
            continue
    return named


def with_market(written: StatementRow, names: dict[tuple[str, str], str]) -> StatementRow:
    """A row with the market of its short code, if the name identifies it and the file does not."""
    if not names or written.market or not is_short(written.code):
        return written
    return replace(written, market=market_by_name(written.code, written.name, names))

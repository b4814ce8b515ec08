"""The trades of a client as evidence: they are in the journal, not in a table."""

from datetime import date
from typing import Any

from dakehu.domains.ledger.trades.queries import PAGE, list_trades
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.evidence import EvidenceSource, declare


def trades_of_period(client: Any, since: date, until: date) -> list[dict[str, Any]]:
    """Return the trades of a client from one day to another, oldest first."""
    found: list[dict[str, Any]] = []
    for offset in range(0, list_trades(client=client, limit=1)["count"], PAGE):
        rows = list_trades(client=client, offset=offset)["rows"]
        found += [row for row in rows if since.isoformat() <= row["day"] <= until.isoformat()]
    return found[::-1]


declare(
    EvidenceSource(
        "ledger.trades",
        bilingual("成交流水", "Trades"),
        trades_of_period,
        needs=Permission.LEDGER_READ,
        day="day",
        columns={
            "code": bilingual("代码", "Code"),
            "name": bilingual("证券", "Security"),
            "side": bilingual("业务", "Kind"),
            "quantity": bilingual("数量", "Quantity"),
            "price": bilingual("价格", "Price"),
            "net": bilingual("发生金额", "Cash effect"),
            "fee": bilingual("费用", "Fees"),
        },
    )
)

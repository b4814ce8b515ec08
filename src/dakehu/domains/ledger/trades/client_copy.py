"""The trades of a client, for the copy that the client may request."""

from typing import Any

from dakehu.domains.ledger.products.registry import product_names
from dakehu.domains.ledger.trades import reader
from dakehu.foundation.schema.client_copies import CopySource, declare

MONEY = {  # column in fen: its label
    "amount": ("成交金额（元）", "Amount (CNY)"),
    "net": ("发生金额（元）", "Net (CNY)"),
    "commission": ("佣金（元）", "Commission (CNY)"),
    "stamp": ("印花税（元）", "Stamp duty (CNY)"),
    "transfer": ("过户费（元）", "Transfer fee (CNY)"),
    "other": ("其他费用（元）", "Other fees (CNY)"),
}


def trades_of(client: int) -> list[dict[tuple[str, str], Any]]:
    """Return every trade of a client as labelled values. Money in yuan, quantity in shares, bought positive."""
    rows = reader.trades_of_clients([client]).to_pylist()
    products = product_names({row["asset"] for row in rows})
    return [
        {
            ("日期", "Day"): row["day"].isoformat(),
            ("产品", "Product"): products.get(row["asset"], {}).get("name", ""),
            ("数量", "Quantity"): row["quantity"] / 1000 if row["quantity"] is not None else None,
            ("价格", "Price"): row["price"],
            **{label: row[name] / 100 if row[name] is not None else None for name, label in MONEY.items()},
        }
        for row in rows
    ]


declare(CopySource("ledger.trades", "成交明细", "Trades", trades_of))

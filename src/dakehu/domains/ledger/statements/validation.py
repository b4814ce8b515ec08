"""Whether a row of a statement adds up: every row is told exactly or held back with the reason. Pure.

Money in fen, quantities in thousandths of a share, both whole numbers. Nothing is guessed: where a column may mean two
things (手续费 is the whole commission with one broker and an extra fee with another), the row's own cash effect decides,
and where there is none the row is held back.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dakehu.domains.ledger.products.security_codes import Security, UnknownCode, security
from dakehu.domains.ledger.trades.transaction_types import (
    CASH,
    MONEY_MOVEMENTS,
    POSITION,
    TRADES,
    TransactionType,
    transaction_type_of,
)

TOLERANCE = 5  # fen by which a row may miss its own sum
# reason: (zh, en). Shown in the quarantine and in docs/broker-exports.md.
REASONS: dict[str, tuple[str, str]] = {
    "side": ("看不懂的业务名称", "A kind of business nobody has explained"),
    "date": ("日期缺失或看不懂", "The day is missing or cannot be read"),
    "number": ("数字看不懂", "A number cannot be read"),
    "code": ("证券代码缺失或不存在", "The security code is missing or names nothing"),
    "market": ("证券代码与市场或股东账户不符", "Code and market or account contradict each other"),
    "quantity": ("成交数量缺失或为零", "The quantity is missing or zero"),
    "fraction": (
        "数量小于千分之一，账本不能准确保存",
        "Finer than a thousandth of a share: the journal cannot hold it exactly",
    ),
    "amount": (
        "成交金额缺失，也无法由价格和数量算出",
        "The amount is missing and does not follow from price and quantity",
    ),
    "sum": ("发生金额与成交金额、费用对不上", "The cash effect is not the amount and the fees"),
    "fees": ("费用各列含义不明，且没有发生金额可核对", "What the fee columns mean is open, and no cash effect tells"),
    "money": ("资金发生额缺失", "The sum of money is missing"),
    "currency": ("币种不明", "The currency is not said"),
    "cancelled": ("这一笔已撤销或未成交", "The order was cancelled or not filled"),
}
FEES = ("commission", "stamp", "transfer", "other")


@dataclass(frozen=True)
class RowRejected(Exception):
    """A row that is held back: a key of REASONS and what stood there."""

    reason: str
    detail: str = ""


@dataclass(frozen=True)
class StatementRow:
    """One row as a file has it, its cells read: None where a cell is empty. `charge` is 手续费, whose meaning differs by
    broker. `foreign` names the market where codes are tickers of no Chinese market."""

    day: date | None
    side: str
    code: str = ""
    name: str = ""
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    net: Decimal | None = None
    commission: Decimal | None = None
    stamp: Decimal | None = None
    transfer: Decimal | None = None
    other: Decimal | None = None
    charge: Decimal | None = None
    balance: Decimal | None = None
    time: int = -1  # seconds after midnight, -1 unknown
    account: str = ""
    market: str = ""
    currency: str = "CNY"
    foreign: str = ""
    ref: str = ""


@dataclass(frozen=True)
class ValidTrade:
    """A row that adds up. `quantity` is signed (bought positive), `net` is the effect on cash, `amount` and the fees are
    never negative except for fees paid back. `security` is None for money alone."""

    day: date
    side: TransactionType
    security: Security | None
    name: str
    quantity: int
    price: float
    amount: int
    net: int
    commission: int
    stamp: int
    transfer: int
    other: int
    time: int
    currency: str
    account: str
    ref: str
    balance: int | None = field(default=None)

    @property
    def fee(self) -> int:
        return self.commission + self.stamp + self.transfer + self.other


def fen(value: Decimal) -> int:
    """Money to the fen, halves to the even one."""
    return int((value * 100).to_integral_value())


def thousandths(value: Decimal) -> int:
    """A quantity in thousandths. Raises Doubt where it is finer."""
    scaled = value * 1000
    if scaled != scaled.to_integral_value():
        raise RowRejected("fraction", str(value))
    return int(scaled)


def validate_row(row: StatementRow, meaning: TransactionType | None = None) -> ValidTrade | None:
    """The row told exactly; None for a row that is understood and changes nothing. Raises Doubt with the reason.

    `meaning` is what a source profile says of the row's words; without it the vocabulary decides.
    """
    side = meaning or transaction_type_of(row.side)
    if side is None:
        raise RowRejected("side", row.side)
    if side is TransactionType.IDLE:
        return None
    if row.day is None:
        raise RowRejected("date")
    found = _security(row, side)
    quantity = thousandths(abs(row.quantity)) if row.quantity is not None else 0
    if side in POSITION and not quantity:
        raise RowRejected("quantity", row.name)
    if side not in TRADES:
        return _money(row, side, found, quantity)
    amount = _amount(row)
    parts = _parts(row, side, amount)
    net = CASH[side] * amount - sum(parts) if row.net is None else fen(row.net)
    return ValidTrade(
        row.day,
        side,
        found,
        row.name,
        POSITION.get(side, 0) * quantity,
        float(row.price or 0),
        amount,
        net,
        *parts,
        row.time,
        row.currency,
        row.account,
        row.ref,
        _balance(row),
    )


def _balance(row: StatementRow) -> int | None:
    return None if row.balance is None else fen(row.balance)


def _security(row: StatementRow, side: TransactionType) -> Security | None:
    if side in MONEY_MOVEMENTS or (side in (TransactionType.INCOME, TransactionType.TAX) and not row.code):
        return None
    if not row.code:
        raise RowRejected("code", row.name)
    try:
        return security(row.code, market=row.market, account=row.account)
    except UnknownCode as unknown:
        if row.foreign:
            return Security(row.code.strip().upper(), row.foreign, "other")
        raise RowRejected(str(unknown), f"{row.code} {row.name} {row.market} {row.account}".strip()) from None


def _amount(row: StatementRow) -> int:
    if row.amount is not None:
        return abs(fen(row.amount))
    if row.price is None or row.quantity is None:
        raise RowRejected("amount", row.name)
    return abs(fen(row.price * row.quantity))


def _money(row: StatementRow, side: TransactionType, found: Security | None, quantity: int) -> ValidTrade:
    """Rows of money or shares alone. The sign of money follows the side; a dividend's share count is no position."""
    told = row.net if row.net is not None else row.amount
    if told is None and side in CASH:
        raise RowRejected("money", row.name or row.side)
    net = CASH.get(side, 0) * abs(fen(told)) if told is not None else 0
    if told is not None and row.net is not None and side in CASH and fen(row.net) * net < 0:
        raise RowRejected("sum", f"{row.side} {row.net}")
    held = POSITION.get(side, 0) * quantity
    return ValidTrade(
        row.day,
        side,
        found,
        row.name,
        held,
        float(row.price or 0),
        abs(net),
        net,
        0,
        0,
        0,
        0,
        row.time,  # type: ignore[arg-type]
        row.currency,
        row.account,
        row.ref,
        _balance(row),
    )


def _parts(row: StatementRow, side: TransactionType, amount: int) -> tuple[int, int, int, int]:
    """(commission, stamp, transfer, other) in fen, settled by the row's own cash effect where columns leave it open."""
    named = {name: getattr(row, name) for name in FEES}
    commission, stamp, transfer, other = (fen(v) if v is not None else 0 for v in named.values())
    charge = None if row.charge is None else fen(row.charge)
    whole = commission + stamp + transfer + other
    readings: list[tuple[int, int, int, int]] = [(commission, stamp, transfer, other)]
    if charge is not None and charge != whole:
        if row.commission is None:
            readings = [(charge, stamp, transfer, other)]
            if charge > whole:
                readings.append((charge - whole, stamp, transfer, other))
        else:
            readings.append((commission, stamp, transfer, other + charge))
    if row.net is None:
        if len(readings) > 1:
            raise RowRejected("fees", f"{row.charge}")
        return readings[0]
    owed = CASH[side] * amount - fen(row.net)  # what the fees must come to
    best = min(readings, key=lambda parts: abs(owed - sum(parts)))
    missed = owed - sum(best)
    if row.transfer is None and abs(missed) > TOLERANCE and 0 < missed <= amount * 2 // 100_000 + 1:
        best = (best[0], best[1], missed, best[3])  # 过户费 without a column of its own: 0.001 % or 0.002 %
        missed = 0
    if abs(missed) > TOLERANCE:
        raise RowRejected("sum", f"{row.side} {row.amount} {row.net}")
    if missed:  # rounding: the cash effect is the truth
        best = (best[0], best[1], best[2], best[3] + missed)
    return best

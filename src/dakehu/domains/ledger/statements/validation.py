"""Validate statement rows: return an exact trade or reject the row with a reason. Pure.

Money in fen, quantities in thousandths of a share, both whole numbers. Nothing is guessed: if a column has two
meanings (手续费 is the total commission of one broker, an extra fee of another), the row's cash effect decides;
without one the row is rejected.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dakehu.domains.ledger.products.security_codes import Security, UnknownCode, market_of_account, security
from dakehu.domains.ledger.products.short_codes import HONG_KONG, is_short, market_by_sum
from dakehu.domains.ledger.trades.transaction_types import (
    CASH,
    MONEY_MOVEMENTS,
    POSITION,
    TRADED,
    TRADES,
    TransactionType,
    normalize_term,
    transaction_type_of,
)

TOLERANCE = 5  # fen by which the cash effect may differ from amount and fees
# reason: (zh, en). Shown in the quarantine and in docs/broker-exports.md.
REASONS: dict[str, tuple[str, str]] = {
    "side": ("看不懂的业务名称", "The kind of business is unknown"),
    "date": ("日期缺失或看不懂", "The day is missing or cannot be read"),
    "future": ("日期还没有到，请检查年份", "The day is yet to come; check the year"),
    "foreign": (
        "沪深京的证券以人民币交易，这一行却写着别的币种；请核对代码和币种",
        "Securities of Shanghai, Shenzhen and Beijing trade in yuan, yet the row states another currency; check both",
    ),
    "number": ("数字看不懂", "A number cannot be read"),
    "code": ("证券代码缺失或不存在", "The security code is missing or names nothing"),
    "short": (
        "代码不足6位，可能是深沪代码丢了前面的零，也可能是港股；请补全代码或写明交易市场",
        "The code has fewer than six digits: zeros lost, or Hong Kong's? Complete it, or name the market",
    ),
    "contrary": ("业务名称与买卖标志互相矛盾", "The kind of business and the buy or sell mark contradict each other"),
    "product": ("成交价格乘以成交数量与成交金额不符", "Price times quantity is not the amount"),
    "lots": (
        "成交数量看来以“手”为单位（1手=100股），请改为股数，或在表头写明单位",
        "The quantity seems to count lots of 100; write shares, or state the unit in the heading",
    ),
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
    "fees": (
        "费用各列含义不明，且没有发生金额可核对",
        "The fee columns are ambiguous and there is no cash effect to check",
    ),
    "money": ("资金发生额缺失", "The sum of money is missing"),
    "currency": ("币种不明", "The currency is missing"),
    "unit": (
        "表头或表上方写的单位看不懂，请改为元、万元、股、手等",
        "The unit in the heading or above the table is not known; write yuan, shares or lots",
    ),
    "merged": (
        "数字写在合并的单元格里，不知道各行各是多少；请取消合并，在每一行写明",
        "A number stands in a merged cell, so its share of each row is unknown; unmerge it and write one in each row",
    ),
    "twice": (
        "同名的两列内容不同，不知以哪一列为准",
        "Two columns of one heading differ, and nothing says which one counts",
    ),
    "status": (
        "成交状态看不懂，不知道这一笔是否成交",
        "The status is not known, so nobody can say whether the order was filled",
    ),
    "cancelled": ("这一笔已撤销或未成交", "The order was cancelled or not filled"),
}
FEES = ("commission", "stamp", "transfer", "other")


@dataclass(frozen=True)
class RowRejected(Exception):
    """A row that cannot become a trade: a key of REASONS, and the offending text."""

    reason: str
    detail: str = ""


@dataclass(frozen=True)
class StatementRow:
    """One row as read from a file; None where a cell is empty.

    `charge` is 手续费, whose meaning differs by broker. `foreign` names the market where codes are tickers of no Chinese
    market. `side` is the value of the most specific column (业务名称), `flag` that of a column of buy and sell.
    """

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
    flag: str = ""


@dataclass(frozen=True)
class ValidTrade:
    """A valid row. Money in fen, quantity in thousandths of a share.

    `quantity` is signed (bought positive) and `net` is the effect on cash. `amount` and fees are never negative, except
    fees paid back. `security` is None for money alone.
    """

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
        """Return the sum of fees in fen."""
        return self.commission + self.stamp + self.transfer + self.other


def fen(value: Decimal) -> int:
    """Convert yuan to fen, halves to even."""
    return int((value * 100).to_integral_value())


def thousandths(value: Decimal) -> int:
    """Convert shares to thousandths. Raises RowRejected("fraction") for a finer quantity."""
    scaled = value * 1000
    if scaled != scaled.to_integral_value():
        raise RowRejected("fraction", str(value))
    return int(scaled)


def validate_row(
    row: StatementRow, meaning: TransactionType | None = None, today: date | None = None
) -> ValidTrade | None:
    """Return the trade of a row, or None for a row without effect. Raises RowRejected with the reason.

    `meaning` is what a mapping profile defines for the row's kind of business; without it the vocabulary of transaction
    types decides. With `today` a later day is rejected.
    """
    side = meaning or _transaction_type_of(row)
    if side is TransactionType.IDLE:
        return None
    if row.day is None:
        raise RowRejected("date")
    if today is not None and row.day > today:
        raise RowRejected("future", row.day.isoformat())
    asset = _security(row, side)
    _check_currency(row, asset)
    quantity = thousandths(abs(row.quantity)) if row.quantity is not None else 0
    if side in POSITION and not quantity:
        raise RowRejected("quantity", row.name)
    if side not in TRADES:
        return _movement_trade(row, side, asset, quantity)
    amount = _amount(row)
    _check_product(row, asset, amount)
    fees = _fees(row, side, amount)
    net = CASH[side] * amount - sum(fees) if row.net is None else fen(row.net)
    return ValidTrade(
        row.day,
        side,
        asset,
        row.name,
        POSITION.get(side, 0) * quantity,
        float(row.price or 0),
        amount,
        net,
        *fees,
        row.time,
        row.currency,
        row.account,
        row.ref,
        _balance(row),
    )


def _transaction_type_of(row: StatementRow) -> TransactionType:
    """Return the transaction type of a row: the kind of business decides, else the mark of buy and sell.

    Raises RowRejected if it is unknown, or if the two contradict.
    """
    mark = transaction_type_of(row.flag) if row.flag else None
    if not normalize_term(row.side) or normalize_term(row.side) in TRADED:
        if mark is None:
            raise RowRejected("side", row.flag or row.side)
        return mark
    side = transaction_type_of(row.side)
    if side is None:
        raise RowRejected("side", row.side)
    if (
        side in (TransactionType.BUY, TransactionType.SELL)
        and mark in (TransactionType.BUY, TransactionType.SELL)
        and mark is not side
    ):
        raise RowRejected("contrary", f"{row.side} / {row.flag}")
    return side


def _check_currency(row: StatementRow, found: Security | None) -> None:
    """Reject a mainland share or fund that is not in yuan; B shares (200 in HKD, 900 in USD) are exempt."""
    if found is None or found.market not in ("SH", "SZ", "BJ") or found.kind not in ("stock", "fund"):
        return
    if row.currency != "CNY" and not found.code.startswith(("200", "900")):
        raise RowRejected("foreign", f"{row.code} {row.name} {row.currency}")


def _check_product(row: StatementRow, found: Security | None, amount: int) -> None:
    """Check price × quantity against the amount of a mainland share or fund.

    Prices are rounded, amounts are not.
    """
    if found is None or found.market not in ("SH", "SZ", "BJ") or found.kind not in ("stock", "fund"):
        return
    if not row.price or not row.quantity or row.amount is None or row.currency != "CNY":
        return
    product, stated = abs(row.price * row.quantity), Decimal(amount) / 100
    step = Decimal(1).scaleb(max(-4, min(-2, int(row.price.as_tuple().exponent))))
    if abs(product - stated) <= abs(row.quantity) * step + 1:
        return
    if abs(product * 100 - stated) <= abs(row.quantity) * 100 * step + 1:
        raise RowRejected("lots", f"{row.price} × {row.quantity}; {row.amount}")
    raise RowRejected("product", f"{row.price} × {row.quantity}; {row.amount}")


def _balance(row: StatementRow) -> int | None:
    """Return the cash balance after the row in fen, None if the file has none."""
    return None if row.balance is None else fen(row.balance)


def _security(row: StatementRow, side: TransactionType) -> Security | None:
    """Return the security of a row, None for money alone.

    Raises RowRejected for an unknown code, or if code, market and account contradict.
    """
    if side in MONEY_MOVEMENTS or (side in (TransactionType.INCOME, TransactionType.TAX) and not row.code):
        return None
    if not row.code:
        raise RowRejected("code", row.name)
    try:
        return security(row.code, market=row.market or _market(row), account=row.account)
    except UnknownCode as unknown:
        if row.foreign:
            return Security(row.code.strip().upper(), row.foreign, "other")
        raise RowRejected(str(unknown), f"{row.code} {row.name} {row.market} {row.account}".strip()) from None


def _market(row: StatementRow) -> str:
    """Return the market of a short code by currency, account and amount; "" for a full code.

    Raises RowRejected if it remains ambiguous.
    """
    if not is_short(row.code) or row.foreign:
        return ""
    if row.currency == "HKD":
        return HONG_KONG
    try:
        mainland = security(row.code.strip().zfill(6)).market
    except UnknownCode:
        mainland = ""
    account = market_of_account(row.account)
    market = market_by_sum(mainland, account, row.price, row.quantity, row.amount)
    if not market and account and mainland and account != mainland:
        raise RowRejected("market", f"{row.code} {row.name} {row.account}")
    if not market:
        raise RowRejected("short", f"{row.code} {row.name}".strip())
    return market


def _amount(row: StatementRow) -> int:
    """Return the amount in fen, from price and quantity if the file has none.

    Raises RowRejected("amount").
    """
    if row.amount is not None:
        return abs(fen(row.amount))
    if row.price is None or row.quantity is None:
        raise RowRejected("amount", row.name)
    return abs(fen(row.price * row.quantity))


def _movement_trade(row: StatementRow, side: TransactionType, asset: Security | None, quantity: int) -> ValidTrade:
    """Return the trade of a row that moves only money or only shares.

    The transaction type decides the sign of money. The share count of a dividend is no change of position.
    """
    money = row.net if row.net is not None else row.amount
    if money is None and side in CASH:
        raise RowRejected("money", row.name or row.side)
    net = CASH.get(side, 0) * abs(fen(money)) if money is not None else 0
    if money is not None and row.net is not None and side in CASH and fen(row.net) * net < 0:
        raise RowRejected("sum", f"{row.side} {row.net}")
    moved = POSITION.get(side, 0) * quantity
    return ValidTrade(
        row.day,
        side,
        asset,
        row.name,
        moved,
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


def _fees(row: StatementRow, side: TransactionType, amount: int) -> tuple[int, int, int, int]:
    """Return (commission, stamp, transfer, other) in fen.

    If the columns are ambiguous, the reading closest to the row's own cash effect is used.
    """
    named = {name: getattr(row, name) for name in FEES}
    commission, stamp, transfer, other = (fen(v) if v is not None else 0 for v in named.values())
    charge = None if row.charge is None else fen(row.charge)
    known = commission + stamp + transfer + other
    readings: list[tuple[int, int, int, int]] = [(commission, stamp, transfer, other)]
    if charge is not None and charge != known:
        if row.commission is None:
            readings = [(charge, stamp, transfer, other)]
            if charge > known:
                readings.append((charge - known, stamp, transfer, other))
        else:
            readings.append((commission, stamp, transfer, other + charge))
    if row.net is None:
        if len(readings) > 1:
            raise RowRejected("fees", f"{row.charge}")
        return readings[0]
    expected = CASH[side] * amount - fen(row.net)  # sum of fees implied by the row's cash effect
    chosen = min(readings, key=lambda fees: abs(expected - sum(fees)))
    difference = expected - sum(chosen)
    if row.transfer is None and abs(difference) > TOLERANCE and 0 < difference <= amount * 2 // 100_000 + 1:
        chosen = (chosen[0], chosen[1], difference, chosen[3])  # 过户费 without a column of its own: 0.001 % or 0.002 %
        difference = 0
    if abs(difference) > TOLERANCE:
        raise RowRejected("sum", f"{row.side} {row.amount} {row.net}")
    if difference:  # rounding: the cash effect is authoritative
        chosen = (chosen[0], chosen[1], chosen[2], chosen[3] + difference)
    return chosen

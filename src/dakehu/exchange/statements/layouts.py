"""How the statements of one source are laid out: which column is which, how numbers and days are written, what its words
for a kind of business mean. The general layout knows the headings of mainland brokers; others are files in `layouts`."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from dakehu.domains.ledger.trades.transaction_types import TransactionType, normalize_term
from dakehu.exchange.workbook.reading.headings import flat

SEARCH = 40  # lines among which the headings are looked for
# field: headings by which brokers name it, the surest first; the first one present counts.
HEADINGS: dict[str, str] = {
    "day": "成交日期 交割日期 发生日期 委托日期 交收日期 清算日期",
    "time": "成交时间 发生时间 委托时间",
    "code": "证券代码 股票代码 产品代码",
    "name": "证券名称 股票名称 产品名称",
    "side": "买卖标志 操作 业务名称 买卖类别 业务类型 业务标志 买卖方向 摘要 备注",
    "price": "成交价格 成交均价",
    "quantity": "成交数量 成交股数",
    "amount": "成交金额",
    "net": "发生金额 清算金额 总发生金额 收付金额",
    "charge": "手续费",
    "commission": "佣金 净佣金 实收佣金",
    "stamp": "印花税",
    "transfer": "过户费",
    "account": "股东代码 股东帐户 股东账户 股东账号 股东帐号 证券账户",
    "market": "交易市场 市场 交易所 市场名称 交易类别",
    "currency": "币种",
    "ref": "成交编号 合同编号 委托编号",
    "balance": "资金余额 剩余金额 资金本次余额",
    "client_code": "客户号 客户编号 客户代码",
}
OTHER_FEES = "其他费 其它费 其他费用 其他杂费 规费 结算费 清算费 交易规费 交易征费 附加费 经手费 证管费"
CURRENCIES = {
    "人民币": "CNY",
    "RMB": "CNY",
    "港币": "HKD",
    "美元": "USD",
    "￥": "CNY",
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "CAN": "CAD",
}


@dataclass(frozen=True)
class Layout:
    """`columns` {field: heading} (`Heading~2` is the second of that name, `~1` the first without one), `others` headings
    of further fees, `sides` {word: meaning}, `decimal` the decimal sign ("?" where the file mixes both), `dates` formats
    as strptime has them (none: as people here write days), `currency` that of all rows where no column says it ("" where
    the file leaves it open), `foreign` the market of codes that no Chinese exchange knows, `patterns` {field: expression
    whose named groups are fields of their own}, `refuse` {heading: [reason, expression]} for rows to be held back,
    `signed_fees` where fees stand below zero."""

    name: str
    columns: dict[str, str]
    others: tuple[str, ...] = ()
    sides: dict[str, TransactionType] = field(default_factory=dict)
    decimal: str = "."
    dates: tuple[str, ...] = ()
    currency: str = "CNY"
    foreign: str = ""
    patterns: dict[str, str] = field(default_factory=dict)
    refuse: dict[str, list[str]] = field(default_factory=dict)
    signed_fees: bool = False


@cache
def saved_layouts() -> tuple[tuple[frozenset[str], Layout], ...]:
    """(headings that must be there, layout) of every file in `layouts`, the most demanding first."""
    folder = resources.files("dakehu.exchange.statements") / "layouts"
    made = []
    for path in folder.iterdir():
        if not path.name.endswith(".json"):
            continue
        for told in json.loads(path.read_text(encoding="utf-8")):
            sides = {
                normalize_term(word): TransactionType[name]
                for name, words in told.get("sides", {}).items()
                for word in words
            }
            layout = Layout(
                told["name"],
                told["columns"],
                tuple(told.get("others", ())),
                sides,
                told.get("decimal", "."),
                tuple(told.get("dates", ())),
                told.get("currency", "CNY"),
                told.get("foreign", ""),
                told.get("patterns", {}),
                told.get("refuse", {}),
                told.get("signed_fees", False),
            )
            made.append((frozenset(flat(h) for h in told["headings"]), layout))
    return tuple(sorted(made, key=lambda pair: -len(pair[0])))


def find_layout(cells: Iterable[str]) -> Layout | None:
    """The layout that a line of headings asks for; None for a line that heads no statement of trades."""
    by_flat = {flat(cell): cell.strip() for cell in cells if cell.strip()}
    for wanted, layout in saved_layouts():
        if wanted <= set(by_flat):
            return layout
    columns = {}
    for name, headings in HEADINGS.items():
        heading = next((by_flat[h] for h in map(flat, headings.split()) if h in by_flat), None)
        if heading is not None:
            columns[name] = heading
    others = tuple(by_flat[h] for h in map(flat, OTHER_FEES.split()) if h in by_flat)
    sure = {"day", "side"} <= set(columns) and bool({"quantity", "amount", "net"} & set(columns))
    return Layout("", columns, others) if sure and ("name" in columns or "code" in columns) else None

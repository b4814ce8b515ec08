"""The layout of one source's statements: column mapping, formats of numbers and days, meaning of its terms
for kinds of business. The general layout has the headings of mainland brokers; others are files in `layouts`."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources

from dakehu.domains.ledger.trades.transaction_types import TransactionType, normalize_term
from dakehu.exchange.mapping.units import COUNT, MONEY, FoundUnit, strip_unit, unit_in_heading, units_in_lines
from dakehu.exchange.workbook.reading.headings import normalise_heading

# The order of day and month in a date column, as formats of strptime.
DATES_IN: dict[str, tuple[str, ...]] = {
    "": (),
    "dmy": ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y"),
}
SEARCH = 40  # lines searched for the headings
# field: headings used by brokers, most reliable first; the first one present is used.
HEADINGS: dict[str, str] = {
    "day": "成交日期 交割日期 发生日期 委托日期 交收日期 清算日期 交易日期 交易日 业务日期 日期",
    "time": "成交时间 发生时间 委托时间 交易时间 时间",
    "code": "证券代码 股票代码 产品代码 代码",
    "name": "证券名称 股票名称 产品名称 证券简称 股票简称",
    "side": "业务名称 业务类型 业务类别 业务标志 业务摘要 交易类型 摘要 操作 买卖标志 买卖类别 买卖方向 交易方向 委托方向 方向 备注",
    "flag": "买卖标志 买卖类别 买卖方向 交易方向 委托方向 买卖 操作 方向",
    "price": "成交价格 成交均价 成交价",
    "quantity": "成交数量 成交股数 成交量",
    "amount": "成交金额 成交额",
    "net": "发生金额 清算金额 总发生金额 收付金额 资金发生额 发生额 变动金额",
    "paid_in": "收入金额 收入 转入金额 存入金额 贷方金额 贷方发生额 收款金额",
    "paid_out": "支出金额 付出金额 支出 转出金额 取出金额 借方金额 借方发生额 付款金额",
    "charge": "手续费",
    "commission": "佣金 净佣金 实收佣金",
    "stamp": "印花税",
    "transfer": "过户费",
    "account": "股东代码 股东帐户 股东账户 股东账号 股东帐号 证券账户",
    "market": "交易市场 市场 交易所 市场名称 交易类别",
    "currency": "币种 货币 币别",
    "ref": "成交编号 合同编号 委托编号",
    "balance": "资金余额 剩余金额 资金本次余额 本次资金余额 本次余额 当前余额 账户余额 后资金额 后资金余额 资金账户余额 可用余额 可用资金",
    "client_code": "客户号 客户编号 客户代码",
    "status": "成交状态 委托状态 状态 撤单标志 成交标志 处理结果",
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
    for strptime (none: local date formats), `currency` that of all rows if no column states it ("" if
    unknown), `foreign` the market of codes unknown to Chinese exchanges, `patterns` {field: expression
    whose named groups are separate fields}, `refuse` {heading: [reason, expression]} for rows to be quarantined,
    `signed_fees` if fees are negative, `units` {field: unit} stated in headings or lines above."""

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
    units: dict[str, FoundUnit] = field(default_factory=dict)


@cache
def saved_layouts() -> tuple[tuple[frozenset[str], Layout], ...]:
    """Return (required headings, layout) of every file in `layouts`, most required headings first."""
    folder = resources.files("dakehu.exchange.statements") / "layouts"
    made = []
    for path in folder.iterdir():
        if not path.name.endswith(".json"):
            continue
        for report in json.loads(path.read_text(encoding="utf-8")):
            sides = {
                normalize_term(word): TransactionType[name]
                for name, words in report.get("sides", {}).items()
                for word in words
            }
            layout = Layout(
                report["name"],
                report["columns"],
                tuple(report.get("others", ())),
                sides,
                report.get("decimal", "."),
                tuple(report.get("dates", ())),
                report.get("currency", "CNY"),
                report.get("foreign", ""),
                report.get("patterns", {}),
                report.get("refuse", {}),
                report.get("signed_fees", False),
            )
            made.append((frozenset(normalise_heading(h) for h in report["headings"]), layout))
    return tuple(sorted(made, key=lambda pair: -len(pair[0])))


MONEY_FIELDS = (
    "price",
    "amount",
    "net",
    "paid_in",
    "paid_out",
    "charge",
    "commission",
    "stamp",
    "transfer",
    "balance",
    "other",
)


def with_units(layout: Layout, above: Iterable[str], notes: list[str] | None = None) -> Layout:
    """Return a layout with the units from its headings, the texts above them and the notes below the rows; "?…" is an
    unknown unit."""
    stated = units_in_lines(list(above), notes)
    units: dict[str, FoundUnit] = {}
    for name, heading in (*layout.columns.items(), *(("other", heading) for heading in layout.others)):
        kind = MONEY if name in MONEY_FIELDS else COUNT if name == "quantity" else ""
        found = (
            (unit_in_heading(heading) or (None if name == "price" and kind in stated else stated.get(kind)))
            if kind
            else None
        )
        if found is not None and (found.unit is None or found.unit.kind == kind):
            units[name] = found
    return replace(layout, units=units)


def find_layout(cells: Iterable[str]) -> Layout | None:
    """Return the layout matching a line of headings; None if it does not head a statement of trades."""
    by_flat = {normalise_heading(cell): cell.strip() for cell in cells if cell.strip()}
    for wanted, layout in saved_layouts():
        if wanted <= set(by_flat):
            return layout
    columns = columns_in(by_flat.values())
    others = tuple(by_flat[h] for h in map(normalise_heading, OTHER_FEES.split()) if h in by_flat)
    if not {"day", "side"} <= set(columns):
        return None
    trades = bool({"quantity", "amount", "net"} & set(columns)) and bool({"name", "code"} & set(columns))
    moved = "net" in columns or {"paid_in", "paid_out"} <= set(columns)
    cash = "balance" in columns and moved and not is_of_bank(by_flat)
    return Layout("", columns, others) if trades or cash else None


def columns_in(headings: Iterable[str]) -> dict[str, str]:
    """Return {field: heading} of a line, the most reliable heading of each field; one column may give kind and mark."""
    by_flat = {normalise_heading(heading): heading.strip() for heading in headings if heading.strip()}
    by_flat = {**{normalise_heading(strip_unit(heading)): heading for heading in by_flat.values()}, **by_flat}
    columns = {}
    for name, known in HEADINGS.items():
        heading = next((by_flat[h] for h in map(normalise_heading, known.split()) if h in by_flat), None)
        if heading is not None:
            columns[name] = heading
    if columns.get("flag") == columns.get("side"):
        columns.pop("flag", None)
    if "balance" not in columns and "quantity" not in columns and "余额" in by_flat:
        columns["balance"] = by_flat["余额"]  # next to a quantity it is the share balance
    return columns


NUMBER_FIELDS = ("quantity", *(name for name in MONEY_FIELDS if name != "other"))
STATEMENT_FIELDS = (*HEADINGS, "other")
# (Chinese, English) of every field, for manual column mapping.
LABELS: dict[str, tuple[str, str]] = {
    "day": ("成交日期", "Day"),
    "time": ("成交时间", "Time"),
    "code": ("证券代码", "Security code"),
    "name": ("证券名称", "Security"),
    "side": ("业务名称", "Kind of business"),
    "flag": ("买卖标志", "Buy or sell"),
    "price": ("成交价格", "Price"),
    "quantity": ("成交数量", "Quantity"),
    "amount": ("成交金额", "Amount"),
    "net": ("发生金额", "Cash effect"),
    "paid_in": ("收入金额", "Paid in"),
    "paid_out": ("支出金额", "Paid out"),
    "charge": ("手续费", "Charge"),
    "commission": ("佣金", "Commission"),
    "stamp": ("印花税", "Stamp duty"),
    "transfer": ("过户费", "Transfer fee"),
    "other": ("其他费用", "Other fees"),
    "account": ("股东账户", "Shareholder account"),
    "market": ("交易市场", "Market"),
    "currency": ("币种", "Currency"),
    "ref": ("成交编号", "Reference"),
    "balance": ("资金余额", "Cash balance"),
    "client_code": ("客户号", "Client code"),
    "status": ("成交状态", "Status"),
}


# Headings that only bank statements have: the counterparty.
_OF_BANK = (
    "对方户名",
    "对方账号",
    "对方账户",
    "对方帐号",
    "对方名称",
    "对方开户行",
    "对方行名",
    "交易对手",
    "收款人",
    "付款人",
    "收付款人",
    "对手信息",
    "对方信息",
    "商户名称",
    "交易地点",
    "交易网点",
    "交易机构",
    "凭证号码",
    "凭证种类",
)


def is_of_bank(headings: Iterable[str]) -> bool:
    """Return whether a line of headings is that of a bank statement: a day, a balance, and the counterparty."""
    known = {normalise_heading(heading) for heading in headings if heading.strip()}
    days = {normalise_heading(h) for h in HEADINGS["day"].split()} | {
        "记账日期",
        "入账日期",
        "记账日",
        "交易时间",
        "记账时间",
    }
    balances = {normalise_heading(h) for h in HEADINGS["balance"].split()} | {
        "余额",
        "账户余额",
        "交易后余额",
        "联机余额",
    }
    return bool(days & known) and bool(balances & known) and bool(set(_OF_BANK) & known)

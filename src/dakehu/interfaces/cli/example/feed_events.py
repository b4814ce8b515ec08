"""The events of the invented year: allotments, announcements, dates of securities and products, permissions, notices."""

from datetime import date, timedelta
from random import Random

import numpy as np

from dakehu.interfaces.cli.example import market
from dakehu.interfaces.cli.example.people import Person

SEED = 20260119
Table = dict[str, list[object]]
NAMES = {code: name for code, name, *_ in market.SECURITIES}
STOCKS = ("605990", "605991", "605992", "605993", "688990", "301990", "002990", "300990")
# (trading days before the last, code, class, title)
NEWS = (
    (98, "605992", "风险警示", "{name}关于股票交易被实施其他风险警示的公告（演示）"),
    (70, "301990", "立案", "{name}关于收到立案告知书的公告（演示）"),
    (20, "300990", "终止上市", "{name}关于可能被终止上市的风险提示公告（演示）"),
    (2, "301990", "*ST", "{name}关于股票被实施退市风险警示的公告（演示）"),
)
# (trading days before the last of the announcement, of the event itself, code, kind, note)
DATES = (
    (215, 205, "605990", "分红", "每 10 股派 3.2 元"),
    (190, 178, "688990", "解禁", "首发限售股，占总股本 12%"),
    (160, 150, "605993", "减持", "股东拟减持不超过 2%"),
    (131, 124, "002990", "质押", "控股股东质押 30%"),
    (118, 110, "605991", "回购", "拟回购 2 亿元"),
    (96, 84, "300990", "配股", "每 10 股配 2 股"),
    (92, 80, "300990", "配股缴款", "缴款期 5 个交易日"),
    (60, 45, "113990", "回售", "回售价 100.5 元"),
    (30, 12, "113990", "强赎", "赎回价 101.2 元"),
    (9, -9, "605990", "分红", "每 10 股派 2.8 元"),
    (6, -3, "688990", "解禁", "定向增发限售股，占总股本 5%"),
    (5, -2, "113990", "强赎", "最后交易日临近"),
    (4, -8, "300990", "配股缴款", "缴款期 5 个交易日"),
)
# (trading days before the last of the announcement, of the event itself, code, kind)
PRODUCT_DATES = (
    (240, 226, "169990", "开放日"),
    (200, 186, "560991", "产品分红"),
    (180, 164, "169990", "开放日"),
    (120, 104, "169990", "开放日"),
    (90, 76, "019990", "到期"),
    (60, 44, "169990", "开放日"),
    (40, 24, "560991", "产品分红"),
    (14, -16, "169990", "开放日"),
    (12, -9, "019990", "到期"),
)


def _at(days: list[date], back: int) -> date:
    """Return the trading day `back` before the last; after it, so many weekdays later."""
    if back >= 0:
        return days[max(0, len(days) - 1 - back)]
    day = days[-1]
    while back < 0:
        day += timedelta(days=1)
        back += day.weekday() < 5
    return day


def allotments(people: list[Person], days: list[date], cash: np.ndarray) -> Table:
    """Return allotments to clients: on each of forty days, paid the day after by those who have the cash."""
    random = Random(SEED)  # noqa: S311  (invented luck)
    heads = (
        "业务日期",
        "客户号",
        "中签代码",
        "中签简称",
        "中签日期",
        "中签数量",
        "应缴金额",
        "缴款截止日",
        "是否已缴款",
    )
    table: Table = {name: [] for name in heads}
    for number, place in enumerate([*range(5, len(days) - 3, 6), len(days) - 2, len(days) - 1], 1):
        day, is_bond = days[place], number % 3 == 0
        code, name = (
            (f"37{number:04d}", f"演示转债{number}") if is_bond else (f"78{7000 + number:04d}", f"演示新股{number}")
        )
        quantity, price = (10, 100.0) if is_bond else (500, round(random.uniform(8, 60), 2))
        pay_by = _at(days, len(days) - 1 - place - 2)
        for who in random.sample(range(len(people)), 9):
            due = round(quantity * price, 2)
            row = [people[who].code, code, name, day.isoformat(), quantity, due, pay_by.isoformat()]
            _add(table, [day.isoformat(), *row, "否"])
            if cash[place, who] >= due and place + 2 < len(days):
                _add(table, [days[place + 2].isoformat(), *row, "是"])
    return table


def announcements(days: list[date]) -> Table:
    """Return announcements: those of NEWS, and reports of every stock each quarter."""
    table: Table = {name: [] for name in ("业务日期", "证券代码", "公告日期", "公告类别", "公告标题", "公告链接")}

    def add(back: int, code: str, kind: str, title: str) -> None:
        day = _at(days, back).isoformat()
        link = f"https://example.com/announcements/{code}/{day}"
        _add(table, [day, code, day, kind, title.format(name=NAMES[code]), link])

    for back, code, kind, title in NEWS:
        add(back, code, kind, title)
    for place, code in enumerate(STOCKS):
        for quarter, (kind, words) in enumerate(
            (("业绩预告", "业绩预告"), ("业绩快报", "业绩快报"), ("定期报告", "季度报告"), ("定期报告", "半年度报告"))
        ):
            add(225 - 60 * quarter - 3 * place, code, kind, f"{{name}}{words}（演示）")
        add(1 + place % 4, code, "其他", "{name}关于召开股东会的通知（演示）")
    return table


def security_events(days: list[date]) -> Table:
    """Return the dates of securities, each announced some days before."""
    table: Table = {name: [] for name in ("业务日期", "证券代码", "事件类别", "事件日期", "股权登记日", "事件说明")}
    for said, back, code, kind, note in DATES:
        record = _at(days, back + 1).isoformat() if kind in ("分红", "配股") else None
        _add(table, [_at(days, said).isoformat(), code, kind, _at(days, back).isoformat(), record, note])
    return table


def product_events(days: list[date]) -> Table:
    """Return the dates of products."""
    table: Table = {name: [] for name in ("业务日期", "产品代码", "产品事件类别", "产品事件日期")}
    for said, back, code, kind in PRODUCT_DATES:
        _add(table, [_at(days, said).isoformat(), code, kind, _at(days, back).isoformat()])
    return table


def product_values(days: list[date], prices: dict[str, np.ndarray]) -> Table:
    """Return the daily values of two funds. One has a warning value, set half a year ago, that it falls below once."""
    table: Table = {name: [] for name in ("业务日期", "产品代码", "单位净值", "预警线净值", "止损线净值")}
    agreed = len(days) // 2
    warn = round(float(prices["169990"][agreed:].min()) * 1.004, 4)
    for code in ("169990", "560990"):
        for place, day in enumerate(days):
            lines = (warn, round(warn * 0.9, 4)) if code == "169990" and place >= agreed else (None, None)
            _add(table, [day.isoformat(), code, round(float(prices[code][place]), 4), *lines])
    return table


def product_risks(days: list[date]) -> Table:
    """Return the risk levels of all products, delivered twice: one rises in between."""
    table: Table = {name: [] for name in ("业务日期", "产品代码", "产品风险等级")}
    for back, raised in ((len(days) - 1, {}), (95, {"113990": 4, "605991": 3})):
        for code, _, _, risk, *_ in market.SECURITIES:
            _add(table, [_at(days, back).isoformat(), code, f"R{raised.get(code, risk)}"])
    return table


def permissions(people: list[Person], days: list[date], margin: dict[str, date]) -> Table:
    """Return the permissions of clients, delivered in full each month."""
    random = Random(SEED + 1)  # noqa: S311
    held: list[tuple[str, str, date]] = [(code, "融资融券", on) for code, on in margin.items()]
    for person in people:
        names = ["创业板"] * (person.risk >= 3) + ["科创板"] * (person.risk >= 4) + ["港股通"] * (person.risk >= 4)
        for name in names:
            if random.random() < 0.6:
                recent = days[random.randrange(len(days))] if random.random() < 0.12 else None
                held.append((person.code, name, recent or person.opened_on + timedelta(days=random.randint(5, 150))))
    table: Table = {name: [] for name in ("业务日期", "客户号", "业务权限", "开通日期")}
    for day in [*days[::21], days[-1]]:
        for code, name, opened in held:
            if opened <= day:
                _add(table, [day.isoformat(), code, name, opened.isoformat()])
    return table


def client_lines(
    people: list[Person], days: list[date], codes: list[str], prices: np.ndarray, held: np.ndarray
) -> Table:
    """Return the lines that some clients set on their holdings, delivered in full each month.

    prices: float64 [days, securities]; held: shares, float64 [days, clients, securities].
    """
    random = Random(SEED + 2)  # noqa: S311
    table: Table = {name: [] for name in ("业务日期", "客户号", "证券代码", "提醒线类别", "提醒价格")}
    chosen = random.sample(range(len(people)), 45)
    for place in [*range(0, len(days), 21), len(days) - 2]:
        for client in chosen:
            owned = [security for security in range(len(codes)) if held[place, client, security] > 0]
            for security in owned[:2]:
                close = prices[place, security]
                near = 0.997 if place == len(days) - 2 else 0.94
                for kind, price in (("止损", close * near), ("止盈", close * 1.12)):
                    _add(table, [days[place].isoformat(), people[client].code, codes[security], kind, round(price, 3)])
    return table


def notices(people: list[Person], days: list[date]) -> Table:
    """Return two notices of supervisors about clients."""
    table: Table = {name: [] for name in ("业务日期", "客户号", "提示类别", "函件编号", "收到日期", "办理期限")}
    for back, who, kind in ((80, 17, "异常交易"), (3, 42, "反洗钱核查")):
        day = _at(days, back).isoformat()
        _add(
            table, [day, people[who].code, kind, f"演示监管〔{day[:4]}〕{who} 号", day, _at(days, back - 7).isoformat()]
        )
    return table


def _add(table: Table, values: list[object]) -> None:
    for name, value in zip(table, values, strict=True):
        table[name].append(value)

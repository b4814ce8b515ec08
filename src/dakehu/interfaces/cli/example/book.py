"""The workbook of the demonstration brokerage, in the style of brokers' own: a title above the header, amounts
partly as numbers and partly as 350万, dates in mixed formats, two channels in one cell."""

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from dakehu.interfaces.cli.example import activities
from dakehu.interfaces.cli.example.people import Person, make_clients

EXAMPLE = "演示大客户管理表.xlsx"
OWN_TABLE = "我的客户表.xlsx"  # one relationship manager's own table: own clients, no colleagues and no branches
OWNER = "林晓"
COLLEAGUES = ("营业部", "客户经理", "服务人员", "负责人")
EXAMPLE_DAY = date(2026, 11, 21)  # the stored example covers the work before this day
SEED = 20241004
NOTICE = "演示数据，纯属虚构"
SCHOOLS = ("本科", "大专", "硕士", "高中", "博士")
INCOMES = ("30–50万", "50–100万", "20–30万", "100–300万", "300万以上")
MONEY = {"资产规模", "投资金额", "当前市值"}


def typed_date(random: Random, day: date) -> Any:
    """Return a date as people type it, half the time as a real date."""
    return random.choice(
        (day, day, day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day.year}/{day.month}/{day.day}")
    )


def typed_money(random: Random, amount: float) -> Any:
    """Return yuan as people type them; the value is the same."""
    ways: list[Any] = [amount, amount, f"¥{amount:,.2f}"]
    if amount % 10_000 == 0:
        ways += [f"{amount / 10_000:g}万", f"{amount:,.0f}元"]
    return random.choice(ways)


def basics(person: Person, day: date) -> dict[str, Any]:
    """Return the row of one client as of `day`; the assets are those of the previous month end."""
    channels = f"手机号码:{person.mobile} 电子邮件:{person.mail}"
    if person.kind != "个人":
        channels += f" 座机:{person.branch.area}-{80000000 + int(person.mobile[-4:])}"
    return {
        "客户号": person.code,
        "客户类型": person.kind,
        "客户姓名": person.name,
        "性别": person.gender,
        "出生日期": person.born_on,
        "职业": person.occupation,
        "工作单位": person.employer,
        "证件号码": person.id_number,
        "法定代表人": person.representative,
        **details(person),
        "联系方式": channels,
        "客户类别": person.segment,
        "风险等级": ("", "C1保守型", "C2谨慎型", "C3稳健型", "C4积极型", "C5激进型")[person.risk],
        "测评日期": person.tested_on,
        "资产规模": person.assets,
        "资产日期": day.replace(day=1) - timedelta(days=1),
        "客户状态": person.status,
        "开户日期": person.opened_on,
        "客户来源": person.source,
        "营业部": person.branch.name,
        "客户经理": person.manager.name,
        "备注": person.remark,
    }


def details(person: Person) -> dict[str, str]:
    """Return the further information required of a client; for every seventh some of it is missing."""
    number = int(person.code[2:])
    if number % 7 == 0:
        return {}
    common = {"地址": f"{person.branch.city}演示路 {number} 号", "税收居民身份": "仅为中国税收居民"}
    if person.kind == "个人":
        return {**common, "学历": SCHOOLS[number % len(SCHOOLS)], "年收入区间": INCOMES[number % len(INCOMES)]}
    controller = person.representative or "演示资产管理有限公司（虚构）"
    return {**common, "法定代表人": controller, "实际控制人": controller, "受益所有人": controller}


def sheets_of(day: date) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every sheet by its name, as of `day`; deterministic for a day."""
    random = Random(SEED)  # noqa: S311  (invented people, not secrets)
    made: dict[str, list[dict[str, Any]]] = {
        "基本信息": [],
        "投资历史": [],
        "客户服务记录": [],
        "需求与偏好": [],
        "定期跟进计划": [],
    }
    for person in make_clients(random, day):
        known = {"客户号": person.code, "客户姓名": person.name}
        bought = list(activities.investments(random, person, day))
        made["基本信息"].append(basics(person, day))
        made["投资历史"] += [{**known, **row} for row in bought]
        made["客户服务记录"] += [
            {**known, **row} for row in activities.services(random, person, day, [r["投资产品"] for r in bought])
        ]
        made["需求与偏好"].append({**known, **activities.needs(random, person, day)})
        made["定期跟进计划"] += [{**known, **row} for row in activities.plans(random, person, day)]
    return made


def own_sheets_of(day: date) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of one manager's clients only, without the columns that name colleagues and branches."""
    sheets = sheets_of(day)
    own = {row["客户号"] for row in sheets["基本信息"] if row["客户经理"] == OWNER}
    return {
        name: [
            {head: value for head, value in row.items() if head not in COLLEAGUES}
            for row in rows
            if row["客户号"] in own
        ]
        for name, rows in sheets.items()
    }


def write_own_table(path: Path, day: date) -> Path:
    """Write one manager's own table, as of `day`; returns its path."""
    return _write_sheets(path, day, own_sheets_of(day))


def write_book(path: Path, day: date) -> Path:
    """Write the workbook as of `day`; returns its path."""
    return _write_sheets(path, day, sheets_of(day))


def _write_sheets(path: Path, day: date, sheets: dict[str, list[dict[str, Any]]]) -> Path:
    random = Random(SEED)  # noqa: S311
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": f"大客户管理表（{NOTICE}）", "created": datetime(day.year, day.month, day.day)})  # noqa: DTZ001
        looks = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
        }
        for name, rows in sheets.items():
            _write(book.add_worksheet(name), looks, name, rows, random)
    return path


def _write(sheet: Any, looks: dict[str, Any], name: str, rows: list[dict[str, Any]], random: Random) -> None:
    heads = list(dict.fromkeys(head for row in rows for head in row))
    sheet.write_string(0, 0, f"{NOTICE} —— 大客户管理表 · {name}", looks["title"])
    for column, head in enumerate(heads):
        sheet.write_string(1, column, head, looks["head"])
    sheet.set_column(0, len(heads) - 1, 15)
    sheet.freeze_panes(2, 2)
    for line, row in enumerate(rows, 2):
        for column, head in enumerate(heads):
            value = row.get(head)
            if value in (None, ""):
                continue
            if isinstance(value, datetime):
                sheet.write_datetime(line, column, value, looks["time"])
                continue
            if isinstance(value, date):
                value = typed_date(random, value)
            elif head in MONEY:
                value = typed_money(random, value)
            if isinstance(value, date):
                sheet.write_datetime(line, column, value, looks["day"])
            else:
                sheet.write(line, column, value, looks["money"] if head in MONEY else None)

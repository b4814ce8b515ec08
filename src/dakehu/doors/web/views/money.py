"""A client's money: figures of the last close, what is held, how it grew, the trades; and any figure taken apart."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.fields import model_of
from dakehu.foundation.gates import ask, columns_of, present_one
from dakehu.foundation.refusals import Refused
from dakehu.foundation.words import say
from dakehu.rooms.clients import queries as clients
from dakehu.rooms.ledger import arithmetic, closing_rows
from dakehu.rooms.ledger import queries as ledger
from dakehu.rooms.ledger.trading import every_trade

FIRST = ("market_value", "profit", "roi", "xirr", "twr", "max_drawdown", "volatility", "sharpe")
PAGE = 50
SLICES = 8
MARKS = 8
SIGNED = ("profit", "realised", "roi", "twr", "xirr", "cagr", "alpha")  # rising and falling in their colours
# What the columns of an explanation are called; other names are those of figures.
WORDS = {
    "code": say("代码", "Code"), "name": say("名称", "Name"), "day": say("日期", "Day"), "quantity": say("数量", "Quantity"),
    "price": say("价格", "Price"), "price_day": say("行情日期", "Price of"), "value": say("金额", "Value"),
    "weight": say("权重", "Weight"), "money_in": say("投入", "Money in"), "money_out": say("取回", "Money out"),
    "worth": say("市值", "Worth"), "return": say("日收益率", "Return"), "growth": say("净值", "Growth"),
    "drawdown": say("回撤", "Drawdown"), "fee": say("费用", "Fees"), "fees": say("费用", "Fees"),
    "proceeds": say("卖出所得", "Proceeds"), "cost": say("成本", "Cost"), "after": say("经过天数", "Days after"),
    "amount": say("现金流", "Flow"), "factor": say("折现系数", "Factor"), "present": say("现值", "Present value"),
    "days": say("天数", "Days"), "mean": say("日均收益", "Mean of returns"), "deviation": say("标准差", "Deviation"),
    "highest": say("此前最高净值", "Highest before"), "lowest": say("最低净值", "Lowest"), "mean_value": say("平均市值", "Mean worth"),
    "years": say("年数", "Years"), "bought": say("买入", "Bought"), "sold": say("卖出", "Sold"), "sales": say("卖出次数", "Sales"),
    "won": say("盈利次数", "With a profit"), "market_value": say("持仓市值", "Market value"), "profit": say("盈亏", "Profit"),
}  # fmt: skip
SHARES = ("weight", "return", "drawdown")
FINE = {"growth": 6, "factor": 8, "mean": 8, "deviation": 8, "highest": 6, "lowest": 6, "years": 4, "price": 4}


def tab_money(request: HttpRequest, client: Any) -> dict[str, Any]:
    row = ledger.figures(client=client)
    try:
        told, faults = ask("ledger.portfolio", {"client": client.pk}), []
    except Refused as refusal:
        told, faults = None, [str(text) for texts in refusal.as_plain().values() for text in texts]
    page: dict[str, Any] = {
        "faults": faults,
        "told": told,
        "figures": figures_of(row),
        "closed": row.as_of if row else None,
    }
    if told and told["line"]:
        page |= {
            "line": line_of(told["line"]),
            "falls": falls_of(told["line"]),
            "donut": donut_of(told["holdings"], told["hidden"]),
            "flows": told["flows"][:PAGE],
        }
    return page | trades_of(request, client)


def figures_of(row: Any) -> dict[str, list[dict[str, Any]]]:
    """The figures by which a client is seen first, and the others; each with its formula, and why it is missing."""
    if row is None:
        return {"first": [], "rest": []}
    plain = present_one(row)
    made = {
        column.name: {
            "name": column.name, "label": column.label, "value": plain[column.name], "kind": column.kind, "unit": column.facts.unit,
            "formula": column.facts.help, "signed": column.name in SIGNED, "whole": isinstance(plain[column.name], int), "explains": column.name in arithmetic.EXPLAINED,
            "why": say(*closing_rows.REASONS[row.reasons[column.name]]) if column.name in row.reasons else "",
        }
        for column in columns_of(type(row)) if column.name not in ("client", "as_of", "reasons")
    }  # fmt: skip
    return {"first": [made[name] for name in FIRST], "rest": [one for name, one in made.items() if name not in FIRST]}


def line_of(line: dict[str, Any]) -> dict[str, Any]:
    """Growth, with the largest payments marked and the index beside it."""
    largest = sorted((i for i, flow in enumerate(line["flow"]) if flow), key=lambda i: -abs(line["flow"][i] or 0))[
        :MARKS
    ]
    marks = [
        {"x": line["day"][i], "label": "▲" if line["flow"][i] > 0 else "▼", "tone": "accent"} for i in sorted(largest)
    ]
    series = [{"name": str(say("净值", "Growth of 1")), "values": line["growth"], "unit": "number", "markers": marks}]
    if line["index"]:
        series.append(
            {"name": line["index_name"], "values": line["index"], "unit": "number", "dashed": True, "tone": "muted"}
        )
    return {"x": line["day"], "series": series}


def falls_of(line: dict[str, Any]) -> dict[str, Any]:
    """How far below the highest growth so far, day by day."""
    falls = {
        "name": str(say("回撤", "Drawdown")),
        "values": line["drawdown"],
        "unit": "share",
        "area": True,
        "tone": "muted",
    }
    return {"x": line["day"], "series": [falls]}


def donut_of(holdings: list[dict[str, Any]], hidden: bool) -> dict[str, Any]:
    """The largest holdings and the rest; shares instead of sums for readers to whom money is masked."""
    sized = [(row["name"], row["weight"] if hidden else row["value"]) for row in holdings if row["weight"]]
    slices = [{"name": name, "value": value} for name, value in sized[:SLICES]]
    if sized[SLICES:]:
        slices.append({"name": str(say("其他", "Others")), "value": sum(value for _, value in sized[SLICES:])})
    return {"unit": "share" if hidden else "money", "slices": slices}


def trades_of(request: HttpRequest, client: Any) -> dict[str, Any]:
    asked = request.GET.get("page", "1")
    page = int(asked) if asked.isdecimal() and 0 < int(asked) < 10**6 else 1
    told = every_trade(client=client, limit=PAGE, offset=(page - 1) * PAGE)
    for row in told["rows"]:
        row["word"] = SIDES.get(row["side"], row["side"])
    last = max(1, -(-told["count"] // PAGE))
    return {"trades": told["rows"], "traded": told["count"], "at": page, "last": last,
            "before": page - 1 if page > 1 else None, "after": page + 1 if page < last else None}  # fmt: skip


SIDES = {
    "buy": say("买入", "Buy"), "sell": say("卖出", "Sell"), "bonus": say("送股", "Bonus"), "cash_in": say("转入", "Cash in"),
    "cash_out": say("转出", "Cash out"), "income": say("红利利息", "Income"), "tax": say("扣税", "Tax"), "cost": say("费用", "Cost"),
    "repo_lend": say("逆回购", "Repo lent"), "repo_return": say("逆回购到期", "Repo returned"),
    "move_in": say("转托转入", "Moved in"), "move_out": say("转托转出", "Moved out"),
}  # fmt: skip


@require_safe
def explained(request: HttpRequest, client_id: int, name: str) -> HttpResponse:
    """A figure taken apart, as a dialog or a page: the rows, the numbers that follow from them, the formula, the result."""
    client = clients.found(client_id)
    told = ask("ledger.explain", {"client": client.pk, "figure": name})
    unit = next(column.facts.unit for column in columns_of(model_of("ledger.Figures")) if column.name == name)
    columns = list(told["rows"][0]) if told["rows"] else []
    page = {
        "told": told, "client": client, "page_title": told["label"], "result": _written(name, told["number"], unit),
        "inputs": [(WORDS.get(key, key), _written(key, value, "")) for key, value in told["inputs"].items()],
        "heads": [WORDS.get(key, key) for key in columns], "count": len(told["rows"]),
        "rows": [[_written(key, row[key], "") for key in columns] for row in told["rows"][-200:]],
    }  # fmt: skip
    inside = request.headers.get("HX-Request")
    return render(request, "client/explained.html" if inside else "client/explained_page.html", page)


def _written(name: str, value: Any, unit: str) -> str:
    """A number as it is read in an explanation: exact enough to be added up again by hand."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if unit == "%" or name in SHARES:
        return f"{value:.4%}"
    if isinstance(value, int) or name in ("days", "after", "sales", "won"):
        return f"{value:,.0f}"
    return f"{value:,.{FINE.get(name, 2 if unit == 'CNY' or name not in arithmetic.EXPLAINED else 6)}f}"

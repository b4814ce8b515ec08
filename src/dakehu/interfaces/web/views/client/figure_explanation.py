"""The explanation of a figure: its rows, the numbers that follow from them, the formula, the result."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.clients import queries as clients
from dakehu.domains.ledger.performance.explanations import sentences
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, columns_of, render_row
from dakehu.foundation.schema.fields import model_of

PAGE = 200
TEXTS = ("name", "code", "day", "price_day")
# Labels of the columns of an explanation; other names are those of figures.
WORDS = {
    "code": bilingual("代码", "Code"),
    "name": bilingual("名称", "Name"),
    "day": bilingual("日期", "Day"),
    "quantity": bilingual("数量", "Quantity"),
    "price": bilingual("价格", "Price"),
    "price_day": bilingual("行情日期", "Price of"),
    "value": bilingual("金额", "Value"),
    "weight": bilingual("权重", "Weight"),
    "money_in": bilingual("转入", "Money in"),
    "money_out": bilingual("转出", "Money out"),
    "worth": bilingual("市值", "Worth"),
    "worth_before": bilingual("前一交易日市值", "Market value the day before"),
    "return": bilingual("日收益率", "Return"),
    "growth": bilingual("单位净值（期初=1）", "Growth of 1"),
    "drawdown": bilingual("回撤", "Drawdown"),
    "fee": bilingual("费用", "Fees"),
    "fees": bilingual("费用", "Fees"),
    "proceeds": bilingual("卖出所得", "Proceeds"),
    "cost": bilingual("成本", "Cost"),
    "after": bilingual("经过天数", "Days after"),
    "amount": bilingual("现金流", "Flow"),
    "factor": bilingual("折现系数", "Factor"),
    "present": bilingual("现值", "Present value"),
    "days": bilingual("天数", "Days"),
    "mean": bilingual("日均收益", "Mean of returns"),
    "deviation": bilingual("标准差", "Deviation"),
    "highest": bilingual("此前最高单位净值", "Highest before"),
    "lowest": bilingual("最低单位净值", "Lowest"),
    "mean_value": bilingual("平均市值", "Mean worth"),
    "years": bilingual("年数", "Years"),
    "rank": bilingual("名次", "Rank"),
    "squared": bilingual("平方", "Squared"),
    "squares": bilingual("平方和", "Sum of squares"),
    "fallen": bilingual("下跌天数", "Days that fell"),
    "downside": bilingual("下行偏差", "Downside deviation"),
    "exponent": bilingual("指数（252 ÷ 天数）", "Exponent (252 / days)"),
    "place": bilingual("分位数位置", "Place of the percentile"),
    "lower": bilingual("较差一侧", "Worse neighbour"),
    "upper": bilingual("较好一侧", "Better neighbour"),
    "worst": bilingual("最差天数", "Worst days"),
    "summed": bilingual("合计", "Sum"),
    "index_return": bilingual("指数日收益率", "Index"),
    "index_mean": bilingual("指数日均收益", "Mean of the index"),
    "product": bilingual("偏差之积", "Product"),
    "products": bilingual("偏差之积合计", "Sum of products"),
    "left": bilingual("平均超额日收益", "Mean left over"),
    "rate": bilingual("年利率", "Yearly rate"),
    "tried": bilingual("试算利率数", "Rates tried"),
    "root": bilingual("变号", "Sign changed"),
    "roots": bilingual("变号次数", "Changes of sign"),
    "held_days": bilingual("持有天数", "Days held"),
    "share_days": bilingual("数量 × 天数", "Quantity × days"),
    "gains_taken": bilingual("兑现盈利", "Gains taken"),
    "gains_kept": bilingual("未兑现盈利", "Gains kept"),
    "losses_taken": bilingual("兑现亏损", "Losses taken"),
    "losses_kept": bilingual("未兑现亏损", "Losses kept"),
    "bought": bilingual("买入", "Bought"),
    "sold": bilingual("卖出", "Sold"),
    "sales": bilingual("卖出次数", "Sales"),
    "won": bilingual("盈利次数", "With a profit"),
}
SHARES = ("weight", "return", "drawdown", "index_return", "rate", "lower", "upper", "summed", "max_drawdown", "cagr")
FINE = {
    "growth": 6,
    "factor": 8,
    "mean": 8,
    "deviation": 8,
    "highest": 6,
    "lowest": 6,
    "years": 4,
    "price": 4,
    "squared": 10,
    "squares": 8,
    "downside": 8,
    "exponent": 6,
    "product": 10,
    "products": 8,
    "index_mean": 8,
    "left": 8,
}
WHOLE = (
    "days",
    "after",
    "sales",
    "won",
    "rank",
    "worst",
    "fallen",
    "root",
    "roots",
    "tried",
    "holdings",
    "gains_taken",
    "gains_kept",
    "losses_taken",
    "losses_kept",
)


@require_safe
def explained(request: HttpRequest, client_id: int, name: str) -> HttpResponse:
    """Render as a dialog or a page; long lists of rows are paged, the numbers above them are over all rows."""
    client = clients.get_client(client_id)
    report = ask("ledger.explanation", {"client": client.pk, "figure": name})
    figures = {column.name: column for column in columns_of(model_of("ledger.Figures"))}
    unit = figures[name].spec.unit
    last = max(1, -(-len(report["rows"]) // PAGE))
    asked = request.GET.get("page", "1")
    at = min(int(asked), last) if asked.isdecimal() and 0 < int(asked) < 10**6 else 1

    def called(key: str) -> Any:
        return figures[key].label if key in figures and key not in WORDS else WORDS.get(key, key)

    result = written(name, report["number"], unit, 2 if unit else 6)
    page = {
        "report": report,
        "client": client,
        "page_title": report["label"],
        "crumbs": [
            {"label": bilingual("客户", "Clients"), "url": "/clients/"},
            {"label": render_row(client, ("name",))["name"], "url": f"/clients/{client.pk}/?tab=money"},
        ],
        "name": name,
        "count": len(report["rows"]),
        "result": result,
        "sentence": sentence_of(name, report, result),
        "steps": steps_of(report, called),
        **rows_of(report["rows"], called, at),
        "at": at,
        "last": last,
        "before": at - 1,
        "after": at + 1 if at < last else None,
        "inside": bool(request.headers.get("HX-Request")),
    }
    return render(
        request,
        "client/figure_explanation_dialog.html" if page["inside"] else "client/figure_explanation_page.html",
        page,
    )


def sentence_of(name: str, report: dict[str, Any], result: str) -> str:
    """Return how the figure is computed, in one sentence with its numbers; "" where the numbers are masked or missing."""
    if report["number"] is None or (not report["inputs"] and not report["rows"]):
        return ""
    if name == "market_value":
        return holdings_sentence(report["rows"])
    numbers = {key: written(key, value) for key, value in report["inputs"].items()}
    try:
        return str(sentences.SENTENCES[name]).format(number=result, **numbers)
    except KeyError:  # a case without these inputs, such as no drawdown: the rows are sufficient
        return ""


def holdings_sentence(rows: list[dict[str, Any]]) -> str:
    """Return the largest holdings as products of quantity and price, with the day of the prices."""
    largest = sorted((row for row in rows if row["price"] is not None), key=lambda row: -(row["value"] or 0))
    parts = [
        str(sentences.HOLDING).format(
            name=row["name"] or row["code"],
            quantity=written("quantity", row["quantity"]),
            unit=sentences.UNITS.get(row["kind"], ""),
            price=written("price", row["price"]),
            day=row["price_day"],
        )
        for row in largest[: sentences.HOLDINGS_MOST]
    ]
    more = len(rows) - len(parts)
    return " + ".join(parts) + (str(sentences.MORE).format(n=more) if more else "")


def steps_of(report: dict[str, Any], called: Callable[[str], Any]) -> list[dict[str, Any]]:
    """Return the numbered steps: each input, its number and its calculation; none that only repeats the result."""
    return [
        {"label": called(key), "value": written(key, value), "how": sentences.INPUTS.get(key, "")}
        for key, value in report["inputs"].items()
        if len(report["inputs"]) > 1 or value != report["number"]
    ]


def rows_of(rows: list[dict[str, Any]], called: Callable[[str], Any], at: int) -> dict[str, Any]:
    """Return heads and cells of one page of rows: name and code first, texts on the left, numbers on the right."""
    present = list(rows[0]) if rows else []
    keys = [key for key in ("name", "code") if key in present]
    keys += [key for key in present if key not in (*keys, "kind")]
    return {
        "heads": [{"label": called(key), "is_text": key in TEXTS} for key in keys],
        "rows": [
            [{"text": written(key, row[key]), "is_text": key in TEXTS} for key in keys]
            for row in rows[(at - 1) * PAGE : at * PAGE]
        ],
    }


def written(name: str, value: Any, unit: str = "", places: int = 2) -> str:
    """Return a number for an explanation: exact enough to be recalculated manually."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if unit == "%" or name in SHARES:
        return _strip_zeros(f"{value * 100:.4f}") + "%"
    if isinstance(value, int) or name in WHOLE:
        return f"{value:,.0f}"
    text = f"{value:,.{FINE.get(name, places)}f}"
    return _strip_zeros(text) if name in ("quantity", "price") else text


def _strip_zeros(text: str) -> str:
    """Return a number without the zeros at the end of its fraction."""
    return text.rstrip("0").rstrip(".") if "." in text else text

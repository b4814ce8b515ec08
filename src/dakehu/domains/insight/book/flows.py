"""Net inflow by cause: opening assets, inflows and outflows, market effect, closing assets."""

from typing import Any

import numpy as np

from dakehu.domains.insight.book.changes import CAUSES, Changes, changes_of
from dakehu.domains.insight.book.clients import BookClients
from dakehu.domains.insight.book.grids import Column, Figure, Grid, View
from dakehu.domains.insight.book.months import Month
from dakehu.foundation.base.i18n import bilingual

LABELS = {
    "opening": bilingual("期初资产", "Opening"),
    "money_in": bilingual("资金转入", "Money in"),
    "money_out": bilingual("资金转出", "Money out"),
    "securities_in": bilingual("证券转入", "Securities in"),
    "securities_out": bilingual("证券转出", "Securities out"),
    "entered": bilingual("新纳入客户", "Clients entered"),
    "left": bilingual("移出客户", "Clients left"),
    "market": bilingual("市场与收益", "Market and income"),
    "closing": bilingual("期末资产", "Closing"),
}
MOVED = ("money_in", "money_out", "securities_in", "securities_out")


def view(clients: BookClients, before: Month | None, during: list[Month]) -> View:
    """Return the flows over some months: opening + causes = closing, in every row and to the cent."""
    found = changes_of(clients, before, during)
    net: np.ndarray = sum(found.causes[name] for name in MOVED)  # type: ignore[assignment]
    values = {"opening": found.opening, **found.causes, "closing": found.closing}
    columns = [
        Column("clients", bilingual("客户数", "Clients")),
        *(
            Column(name, LABELS[name], "money", values=values[name], is_amount=True, layer=_layer(name))
            for name in LABELS
        ),
        Column("net", bilingual("净流入", "Net inflow"), "money", values=net, is_amount=True, layer="net"),
    ]
    return View(
        [Grid("flows", bilingual("按{by}", "By {by}", by=clients.by.label), clients.by.label, clients.groups, columns)],
        (
            Figure(bilingual("净流入", "Net inflow"), "flows", "net"),
            Figure(bilingual("市场与收益", "Market and income"), "flows", "market"),
            Figure(bilingual("期末资产", "Closing assets"), "flows", "closing"),
        ),
        _steps(found),
        _notes(before, during),
    )


def _layer(name: str) -> str:
    """Return the layer of a column: stocks or flows, each of which can be derived from the others in its layer."""
    return "causes" if name in CAUSES else "assets"


def _steps(found: Changes) -> dict[str, Any]:
    """Return the contribution of each cause to the opening, in turn, and the total change."""
    at = 0
    steps: list[dict[str, Any]] = []
    for name in CAUSES:
        change = int(found.causes[name].sum())
        if change:
            steps.append(
                {"name": str(LABELS[name]), "from": at / 100, "to": (at + change) / 100, "flow": name != "market"}
            )
        at += change
    whole = {"name": str(bilingual("资产变动", "Change of assets")), "from": 0, "to": at / 100, "whole": True}
    return {"kind": "steps", "unit": "money", "is_amount": True, "steps": [*steps, whole] if steps else []}


def _notes(before: Month | None, during: list[Month]) -> list[Any]:
    notes: list[Any] = [
        bilingual(
            "期初 + 各项 = 期末，逐行精确到分。市场与收益为余项：价格涨跌、红利利息，已扣费用；转入转出见柜台日终资产文件。",
            "Opening and all causes make the closing, in every row and to the cent. Market and income is what remains: prices, "
            "dividends and interest less fees. What moved is as the counter's balances say.",
        )
    ]
    if all(month.frame["securities_in"].null_count() == month.frame.height for month in during):
        notes.append(
            bilingual(
                "柜台文件没有“其中证券转入/转出”两列，证券转托管计在资金转入转出里。",
                "The files have no columns of securities moved, so that these are within money in and out.",
            )
        )
    if before is None:
        notes.append(
            bilingual(
                "{month} 之前没有日终资产：期初为零，首日已有的资产列在“新纳入客户”。",
                "There are no balances before {month}: the opening is nothing, and what was there on the first day is under "
                "“Clients entered”.",
                month=f"{during[0].first:%Y-%m}" if during else "–",
            )
        )
    return notes

"""Concentration of the book: share of the largest clients, Herfindahl, Gini and the Lorenz curve."""

import math
from typing import Any

import numpy as np

from dakehu.domains.insight.book.clients import BookClients
from dakehu.domains.insight.book.grids import Column, Figure, Grid, Selections, View, share_of_total
from dakehu.domains.insight.book.months import Month
from dakehu.foundation.base.i18n import bilingual

TOPS = (0.01, 0.05, 0.10, 0.50)
POINTS = 20  # of the curve


def view(clients: BookClients, month: Month) -> View:
    """Return the concentration of total assets at the end of a month, over clients with any."""
    values, _ = clients.totals(month)
    values = np.maximum(values, 0)
    order = np.argsort(-values, kind="stable")[: int(np.count_nonzero(values))]
    number = len(order)
    masks, labels = [], []
    for top in TOPS:
        mask = np.zeros(clients.size, bool)
        mask[order[: max(math.ceil(number * top), 1 if number else 0)]] = True
        masks.append(mask)
        labels.append(str(bilingual("前 {n:.0%}", "Top {n:.0%}", n=top)))
    held = np.zeros(clients.size, bool)
    held[order] = True
    masks.append(held)
    labels.append(str(bilingual("全部有资产客户", "All with assets")))
    weights, gini = weights_of(values, order)
    columns = [
        Column("clients", bilingual("客户数", "Clients")),
        Column("assets", bilingual("资产", "Assets"), "money", values=values, is_amount=True),
        Column(
            "share",
            bilingual("占全部资产", "Share of all"),
            "share",
            derived=lambda cells: [
                one / cells["assets"][-1] if cells["assets"][-1] else None for one in cells["assets"]
            ],
            of="assets",
            is_amount=True,
        ),
    ]
    groups = Grid(
        "groups",
        bilingual("按{by}", "By {by}", by=clients.by.label),
        clients.by.label,
        clients.groups,
        [
            Column("clients", bilingual("有资产客户", "Clients with assets"), where=held),
            Column("assets", bilingual("资产", "Assets"), "money", values=values, is_amount=True),
            Column(
                "share",
                bilingual("占比", "Share"),
                "share",
                derived=share_of_total("assets"),
                of="assets",
                is_amount=True,
            ),
            Column("hhi", "HHI", "index", values=weights**2, is_amount=True),
            Column("gini", bilingual("基尼系数", "Gini"), "index", values=gini, is_amount=True),
        ],
    )
    tops = Grid(
        "tops",
        bilingual("{month} 月末", "End of {month}", month=f"{month.first:%Y-%m}"),
        bilingual("最大的客户", "Largest clients"),
        Selections(labels, masks),
        columns,
        has_total=False,
    )
    return View(
        [tops, groups],
        (
            Figure(bilingual("前 1% 占比", "Share of the top 1 %"), "tops", "share", 0),
            Figure(bilingual("前 10% 占比", "Share of the top 10 %"), "tops", "share", 2),
            Figure(
                bilingual("赫芬达尔指数（HHI）", "Herfindahl index"),
                "groups",
                "hhi",
                note=bilingual("Σ 占比²，1 为一位客户", "Σ share²; 1 is a single client"),
            ),
            Figure(
                bilingual("基尼系数", "Gini coefficient"),
                "groups",
                "gini",
                note=bilingual("0 为平均，1 为集中于一位", "0 is equal, 1 is one client"),
            ),
            Figure(bilingual("资产合计", "Assets"), "groups", "assets"),
        ),
        lorenz(values[order]),
        (
            bilingual(
                "按 {day} 日终总资产，净资产为零或负的客户不计入。",
                "By total assets at the close of {day}; clients with nothing or less are left out.",
                day=month.end.isoformat(),
            ),
        ),
    )


def weights_of(values: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (share of the whole, part of the Gini coefficient) of each client: float64 [N]. Pure.

    values: int64 [N], none negative; order: the indices of positive values, the largest first.
    """
    weights, gini = np.zeros(len(values)), np.zeros(len(values))
    total, number = float(values.sum()), len(order)
    if total and number:
        weights[order] = values[order] / total
        rank = np.arange(number, 0, -1)  # the largest has rank n
        gini[order] = (2 * rank - number - 1) * weights[order] / number
    return weights, gini


def lorenz(descending: np.ndarray) -> dict[str, Any]:
    """Return the share of assets of the smallest clients, at each twentieth of the clients; {} without clients. Pure."""
    if not len(descending):
        return {}
    shares = np.concatenate([[0.0], np.cumsum(descending[::-1], dtype=np.float64)])
    shares = shares / shares[-1]
    at = [place / POINTS for place in range(POINTS + 1)]
    found = np.interp(np.array(at) * len(descending), np.arange(len(descending) + 1), shares)
    name, equal = bilingual("资产累计占比", "Share of assets"), bilingual("完全平均", "All equal")
    return {
        "kind": "line",
        "is_amount": True,
        "x": [f"{one:.0%}" for one in at],
        "series": [
            {
                "name": str(name),
                "unit": "share",
                "kind": "line",
                "area": True,
                "values": [round(float(v), 6) for v in found],
            },
            {"name": str(equal), "unit": "share", "kind": "line", "values": at},
        ],
        "title": str(bilingual("洛伦兹曲线（客户由小到大）", "Lorenz curve, the smallest clients first")),
    }

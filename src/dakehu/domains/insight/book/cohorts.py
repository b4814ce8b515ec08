"""Cohorts: how many clients of each group are still there at the end of each month, and what they kept."""

from typing import Any

import numpy as np

from dakehu.domains.insight.book.changes import changes_of
from dakehu.domains.insight.book.clients import BookClients
from dakehu.domains.insight.book.grids import Column, Derived, Figure, Grid, View
from dakehu.domains.insight.book.months import Month
from dakehu.foundation.base.i18n import bilingual

FLOOR = 100_000  # cents of total assets below which a client counts as gone: CNY 1,000 [D]


def view(clients: BookClients, before: Month | None, during: list[Month]) -> View:
    """Return the cohorts over some months, with the month before as the base where there is one."""
    points = [*([before] if before is not None else []), *during]
    counts: list[Column] = []
    money: list[Column] = []
    own = np.zeros(clients.size, np.int64)
    for place, month in enumerate(points):
        total, is_there = clients.totals(month)
        name, label = f"m{month.first:%Y%m}", f"{month.first:%Y-%m}"
        counts.append(Column(name, label, where=is_there & (total >= FLOOR)))
        moved = total if place == 0 else own + _flows(clients, points[place - 1], month)
        own = np.where(
            is_there, np.maximum(moved, 0), 0
        )  # gains that were taken out are no debt, and who left has nothing
        money.append(Column(name, label, "money", values=own, is_amount=True))
    head = clients.by.label
    grids = [
        Grid("clients", bilingual("月末在册客户数", "Clients at the end of each month"), head, clients.groups, counts),
        Grid(
            "kept",
            bilingual(
                "客户留存率（以首个有客户的月末为 100%）", "Clients kept (the first month end with any is 100 %)"
            ),
            head,
            clients.groups,
            _shares(counts),
        ),
        Grid(
            "money",
            bilingual("资产（剔除市场涨跌）", "Assets without moves of the market"),
            head,
            clients.groups,
            money,
        ),
        Grid(
            "money_kept",
            bilingual("资金留存率（剔除市场涨跌）", "Money kept, without moves of the market"),
            head,
            clients.groups,
            _shares(money),
        ),
    ]
    last = counts[-1].name
    return View(
        grids,
        (
            Figure(bilingual("月末在册客户", "Clients at the end"), "clients", last),
            Figure(bilingual("客户留存率", "Clients kept"), "kept", last),
            Figure(bilingual("资金留存率（剔除市场）", "Money kept, without the market"), "money_kept", last),
        ),
        {"kind": "line", "grid": "kept", "by": "row", "columns": [one.name for one in counts]},
        (
            bilingual(
                "月末总资产不足 1,000 元即不计在册；之后才开户的客户从首个有资产的月末算起，未到的月份留空，不算流失。",
                "A client with less than CNY 1,000 at the end of a month does not count; a group begins at its first month end "
                "with any client, and months before stay empty rather than show a fall.",
            ),
        ),
    )


def _flows(clients: BookClients, before: Month, month: Month) -> np.ndarray:
    found = changes_of(clients, before, [month])
    moved: np.ndarray = sum(values for name, values in found.causes.items() if name != "market")  # type: ignore[assignment]
    return moved


def of_base(names: list[str], name: str) -> Derived:
    """Return what divides a column by the first of some columns that is not nothing, row by row."""

    def derived(cells: dict[str, list[Any]]) -> list[Any]:
        found: list[Any] = []
        for row in range(len(cells[name])):
            base = next((cells[one][row] for one in names if cells[one][row]), None)
            is_begun = any(cells[one][row] for one in names[: names.index(name) + 1])
            found.append(cells[name][row] / base if base and is_begun else None)
        return found

    return derived


def _shares(columns: list[Column]) -> list[Column]:
    """Return columns of the shares of the base, and before them those that they are worked out from, which have no label."""
    names = [f"{one.name}n" for one in columns]
    bases = [
        Column(name, "", one.unit, one.values, one.where, is_amount=one.is_amount)
        for name, one in zip(names, columns, strict=True)
    ]
    shares = [
        Column(one.name, one.label, "share", derived=of_base(names, name), of=name, is_amount=one.is_amount)
        for name, one in zip(names, columns, strict=True)
    ]
    return [*bases, *shares]

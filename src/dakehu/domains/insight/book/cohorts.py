"""Cohorts: clients of each group still present at the end of each month, and their remaining assets."""

import numpy as np

from dakehu.domains.insight.book.changes import changes_of
from dakehu.domains.insight.book.clients import BookClients
from dakehu.domains.insight.book.grids import Column, Figure, Grid, View, ratio
from dakehu.domains.insight.book.months import Month
from dakehu.foundation.base.i18n import bilingual

FLOOR = 100_000  # cents; a client with less in total assets counts as gone: CNY 1,000 [D]


def view(clients: BookClients, before: Month | None, during: list[Month]) -> View:
    """Return the cohorts over some months, with the previous month as the base if there is one."""
    points = [*([before] if before is not None else []), *during]
    counts: list[Column] = []
    money: list[Column] = []
    joined: list[Column] = []
    based: list[Column] = []
    own, base = np.zeros(clients.size, np.int64), np.zeros(clients.size, np.int64)
    seen = np.zeros(clients.size, bool)
    for place, month in enumerate(points):
        total, is_there = clients.totals(month)
        is_present = is_there & (total >= FLOOR)
        moved = total if place == 0 else own + _flows(clients, points[place - 1], month)
        own = np.where(is_there, np.maximum(moved, 0), 0)  # withdrawn gains are no debt; who left has nothing
        base = np.where(is_present & ~seen, own, base)
        seen = seen | is_present
        name, label = f"m{month.first:%Y%m}", f"{month.first:%Y-%m}"
        counts.append(Column(name, label, where=is_present))
        joined.append(Column(f"{name}b", "", where=seen))
        money.append(Column(name, label, "money", values=np.where(seen, own, 0), is_amount=True))
        based.append(Column(f"{name}b", "", "money", values=base, is_amount=True))
    head, groups = clients.by.label, clients.groups
    grids = [
        Grid("clients", bilingual("月末在册客户数", "Clients at the end of each month"), head, groups, counts),
        Grid(
            "kept",
            bilingual("客户留存率（占截至当月曾在册的客户）", "Clients kept, of those there by then"),
            head,
            groups,
            _shares(counts, joined),
        ),
        Grid("money", bilingual("资产（剔除市场涨跌）", "Assets without moves of the market"), head, groups, money),
        Grid(
            "money_kept",
            bilingual("资金留存率（相对各客户首个月末的资产）", "Money kept, of the first month end of each client"),
            head,
            groups,
            _shares(money, based),
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
                "月末总资产不足 1,000 元即不计在册。后来开户的客户从首个有资产的月末起才计入分母，不会抬高或压低留存；"
                "没有客户的月份留空，不算流失。",
                "A client with less than CNY 1,000 at the end of a month does not count. Who opens later counts from the first "
                "month end on, above and below; a month without clients stays empty rather than show a fall.",
            ),
        ),
    )


def _flows(clients: BookClients, before: Month, month: Month) -> np.ndarray:
    found = changes_of(clients, before, [month])
    moved: np.ndarray = sum(values for name, values in found.causes.items() if name != "market")  # type: ignore[assignment]
    return moved


def _shares(parts: list[Column], wholes: list[Column]) -> list[Column]:
    """Return columns of the shares, preceded by the two unlabelled columns from which each is computed."""
    found: list[Column] = []
    for part, whole in zip(parts, wholes, strict=True):
        name = f"{part.name}a"
        found.append(Column(name, "", part.unit, part.values, part.where, is_amount=part.is_amount))
        found.append(whole)
        share = ratio(name, whole.name)
        found.append(Column(part.name, part.label, "share", derived=share, of=name, is_amount=part.is_amount))
    return found

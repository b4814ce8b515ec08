"""Retention: survival of clients by time since opening, with right-censoring of those still present.

Kaplan-Meier estimator with delayed entry (left truncation): a client who opened before the balances begin is at risk only
from then on, and a client still present is censored at the last month.
"""

from typing import Any

import numpy as np

from dakehu.domains.insight.book.clients import BookClients
from dakehu.domains.insight.book.cohorts import FLOOR
from dakehu.domains.insight.book.grids import Column, Figure, Grid, Selections, View
from dakehu.domains.insight.book.months import Month
from dakehu.foundation.base.i18n import bilingual

GONE_AFTER = 3  # month ends below the floor after which a client counts as gone: domain.md 2.4 requires 90 days
QUARTER, MOST = 3, 40  # months per age step; steps shown


def view(clients: BookClients, during: list[Month]) -> View:
    """Return the survival of clients by quarters since opening, over some months."""
    present = (
        np.stack([_is_present(clients, month) for month in during]) if during else np.zeros((0, clients.size), bool)
    )
    months = np.array([month.first.year * 12 + month.first.month - 1 for month in during], np.int64)
    entry, leave, is_gone, is_seen = membership_spells(present, clients.is_closed())
    opened = clients.opened()
    is_counted = is_seen & (opened >= 0)
    if len(months):
        start = np.maximum(months[entry] - opened, 0) // QUARTER
        stop = np.maximum(months[np.minimum(leave, len(months) - 1)] - opened, 0) // QUARTER
    else:
        start = stop = np.zeros(clients.size, np.int64)
    ages = sorted(set(range(int(start[is_counted].min(initial=0)), int(stop[is_counted].max(initial=-1)) + 1)))[:MOST]
    at_risk = [is_counted & (start <= age) & (stop >= age) for age in ages]
    ages = [age for age, mask in zip(ages, at_risk, strict=True) if mask.any()]
    at_risk = [mask for mask in at_risk if mask.any()]
    labels = [str(bilingual("第 {n} 季度", "Quarter {n}", n=age + 1)) for age in ages]
    columns = [
        Column("at_risk", bilingual("观察中的客户", "Observed")),
        Column("gone", bilingual("离开", "Left"), where=[is_gone & (stop == age) for age in ages]),
        Column(
            "still",
            bilingual("观察到此为止，仍在", "Observed until here, still there"),
            where=[~is_gone & (stop == age) for age in ages],
        ),
        Column(
            "rate",
            bilingual("本季离开率", "Left in the quarter"),
            "share",
            derived=lambda cells: [a / b if b else None for a, b in zip(cells["gone"], cells["at_risk"], strict=True)],
            of="gone",
        ),
        Column("survival", bilingual("累计留存率", "Survival"), "share", derived=survival, of="at_risk"),
    ]
    age_grid = Grid(
        "ages",
        bilingual("按开户后的季度", "By quarters since opening"),
        bilingual("开户后", "Since opening"),
        Selections(labels, at_risk),
        columns,
        has_total=False,
    )
    by_group = Grid(
        "groups",
        bilingual("观察期内", "Within the time observed"),
        clients.by.label,
        clients.groups,
        [
            Column("at_risk", bilingual("观察中的客户", "Observed"), where=is_counted),
            Column("gone", bilingual("离开", "Left"), where=is_counted & is_gone),
            Column("still", bilingual("仍在（截尾）", "Still there (censored)"), where=is_counted & ~is_gone),
            Column(
                "rate",
                bilingual("离开占比", "Share that left"),
                "share",
                derived=lambda cells: [
                    a / b if b else None for a, b in zip(cells["gone"], cells["at_risk"], strict=True)
                ],
                of="gone",
            ),
        ],
    )
    return View(
        [by_group, age_grid],
        (
            Figure(bilingual("观察中的客户", "Clients observed"), "groups", "at_risk"),
            Figure(bilingual("离开", "Left"), "groups", "gone"),
            Figure(bilingual("仍在（截尾）", "Still there (censored)"), "groups", "still"),
        ),
        {"kind": "line", "grid": "ages", "columns": ["survival"]},
        _notes(during, clients, is_counted),
    )


def _notes(during: list[Month], clients: BookClients, is_counted: np.ndarray) -> list[Any]:
    left_out = clients.size - int(np.count_nonzero(is_counted))
    notes: list[Any] = [
        bilingual(
            "离开：连续 3 个月末总资产不足 1,000 元直至观察期末，或已销户且资产不足。观察期末仍在的客户按“截尾”处理，不当作永远留下。",
            "Left: less than CNY 1,000 at three month ends running up to the last, or closed with less. Who is still there at the "
            "last month is censored: observed until then, not taken to stay for good.",
        ),
        bilingual(
            "在日终资产开始之前开户的客户只从 {month} 起计入对应的季度（延迟进入），所以早期季度的人数少。",
            "Who opened before the balances begin counts from {month} on, at the age reached then (delayed entry).",
            month=f"{during[0].first:%Y-%m}" if during else "–",
        ),
    ]
    if left_out:
        notes.append(
            bilingual(
                "{n} 位客户没有开户日期或从未有资产，不在其中。",
                "{n} clients have no day of opening or never had assets, and are left out.",
                n=left_out,
            )
        )
    return notes


def _is_present(clients: BookClients, month: Month) -> np.ndarray:
    total, is_there = clients.totals(month)
    return is_there & (total >= FLOOR)


def membership_spells(
    present: np.ndarray, is_closed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return (first month, month of leaving or the last, whether gone, whether ever seen) of each client. Pure.

    present: bool [M, N], by month; is_closed: bool [N]. A client is gone from the first of the trailing absent months, if
    these are at least GONE_AFTER, or any for one who closed the account.
    """
    count = len(present)
    if not count:
        none = np.zeros(present.shape[1], np.int64)
        return none, none, none.astype(bool), none.astype(bool)
    is_seen = present.any(axis=0)
    first = present.argmax(axis=0)
    absent = present[::-1].argmax(axis=0)  # trailing absent months
    is_gone = is_seen & ((absent >= GONE_AFTER) | (is_closed & (absent > 0)))
    leave = np.where(is_gone, count - absent, count - 1)
    return first, leave, is_gone, is_seen


def survival(cells: dict[str, list[Any]]) -> list[Any]:
    """Return the cumulative product of the retention rates by age. Pure."""
    found: list[Any] = []
    kept = 1.0
    for gone, observed in zip(cells["gone"], cells["at_risk"], strict=True):
        kept *= 1 - gone / observed if observed else 1.0
        found.append(kept)
    return found

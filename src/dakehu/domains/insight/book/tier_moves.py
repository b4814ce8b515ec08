"""Migration between tiers: the tier of each client at the beginning and at the end of a span, as a matrix."""

from datetime import date

import numpy as np

from dakehu.domains.insight.book.clients import UNTIERED, BookClients
from dakehu.domains.insight.book.grids import Column, Figure, Grid, Groups, View
from dakehu.domains.tiers.choices import TierCode
from dakehu.foundation.base.i18n import bilingual


def view(clients: BookClients, opening: date, closing: date) -> View:
    """Return the matrix from the close of one day to that of another. Rows and columns add up to all clients."""
    before, after = clients.tiers(opening), clients.tiers(closing)
    rank = {str(TierCode.text_of(one.value)): place for place, one in enumerate(TierCode)}
    none = str(UNTIERED)
    first = np.array([rank.get(label, -1) for label in before.labels])[before.places]
    last = np.array([rank.get(label, -1) for label in after.labels])[after.places]
    columns = [
        Column("all", bilingual("期初合计", "At the beginning")),
        *(Column(f"to{place}", label, where=after.places == place) for place, label in enumerate(after.labels)),
        Column("up", bilingual("升级", "Up"), where=(first >= 0) & (last > first)),
        Column("down", bilingual("降级", "Down"), where=(last >= 0) & (last < first)),
    ]
    title = bilingual("{a} → {b}", "{a} → {b}", a=opening.isoformat(), b=closing.isoformat())
    kept = Grid(
        "groups",
        bilingual("按{by}", "By {by}", by=clients.by.label),
        clients.by.label,
        clients.groups,
        [
            Column("all", bilingual("客户数", "Clients")),
            Column("up", bilingual("升级", "Up"), where=(first >= 0) & (last > first)),
            Column("same", bilingual("不变", "Unchanged"), where=(first >= 0) & (last == first)),
            Column("down", bilingual("降级", "Down"), where=(last >= 0) & (last < first)),
            Column("in", bilingual("新进入分级", "Entered a tier"), where=(first < 0) & (last >= 0)),
            Column("out", bilingual("不再分级", "Left the tiers"), where=(first >= 0) & (last < 0)),
            Column("none", none, where=(first < 0) & (last < 0)),
        ],
    )
    return View(
        [Grid("matrix", title, bilingual("期初级别", "Tier at the beginning"), _groups_by_name(before), columns), kept],
        (
            Figure(bilingual("升级客户", "Clients up"), "groups", "up"),
            Figure(bilingual("降级客户", "Clients down"), "groups", "down"),
            Figure(bilingual("新进入分级", "Entered a tier"), "groups", "in"),
            Figure(bilingual("不再分级", "Left the tiers"), "groups", "out"),
        ),
        {"kind": "heat", "grid": "matrix", "columns": [f"to{place}" for place in range(len(after.labels))]},
        (
            bilingual(
                "每行为期初级别，各列为期末级别，行内各列相加等于期初合计；“未定级”一行是新客户，“未定级”一列是不再分级的客户。",
                "A row is the tier at the beginning, the columns those at the end, which add up to the row. “Without a tier” as a "
                "row are those who entered, as a column those who left.",
            ),
        ),
    )


def _groups_by_name(groups: Groups) -> Groups:
    return Groups([str(label) for label in groups.labels], groups.places)

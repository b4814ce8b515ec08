"""Product penetration: which clients hold which class of product, by tier or another group."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.insight.book.clients import BookClients
from dakehu.domains.insight.book.grids import Column, Figure, Grid, View, ratio
from dakehu.domains.ledger.close import holdings
from dakehu.domains.ledger.feeds import reader
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of

OVER_COUNTER = bilingual("场外产品", "Products over the counter")
MARGIN = bilingual("融资融券", "Margin")


def view(clients: BookClients) -> View:
    """Return the penetration as of the last close, and from the newest balances for products without trades."""
    day = model_of("ledger.Closing").objects.order_by("-day").values_list("day", flat=True).first()
    classes = [*_securities(clients, day), *_balances(clients)]
    any_held = np.logical_or.reduce([where for _, _, where in classes]) if classes else np.zeros(clients.size, bool)
    several = np.sum([where for _, _, where in classes], axis=0) >= 3 if classes else any_held
    counts = [Column(name, label, where=where) for name, label, where in classes]
    counted = Grid(
        "holders",
        bilingual("持有客户数", "Clients who hold"),
        clients.by.label,
        clients.groups,
        [
            Column("clients", bilingual("客户数", "Clients")),
            *counts,
            Column("any", bilingual("任一类", "Any"), where=any_held),
            Column("three", bilingual("三类及以上", "Three or more"), where=several),
        ],
    )
    shares = Grid(
        "penetration",
        bilingual("渗透率（占本组客户）", "Penetration (of the clients of the group)"),
        clients.by.label,
        clients.groups,
        [
            Column("clients", ""),
            *(Column(f"{one.name}n", "", where=one.where) for one in counts),
            *(
                Column(one.name, one.label, "share", derived=ratio(f"{one.name}n", "clients"), of=f"{one.name}n")
                for one in counts
            ),
        ],
    )
    return View(
        [shares, counted],
        (
            Figure(bilingual("持有任一类", "Clients with any"), "holders", "any"),
            Figure(bilingual("三类及以上", "Three classes or more"), "holders", "three"),
        ),
        {"kind": "heat", "grid": "penetration", "columns": [one.name for one in counts]},
        _notes(day),
    )


def _securities(clients: BookClients, day: date | None) -> list[tuple[str, Any, np.ndarray]]:
    """Return (name, label, holders) of the classes of securities held at the last close."""
    if day is None:
        return []
    with elevated("holdings of the last close, by class"):
        frame = holdings.frame(day).filter(pl.col("quantity") > 0)
    product = model_of("ledger.Product")
    kinds = dict(product.objects.filter(pk__in=frame["product"].unique().to_list()).values_list("pk", "kind"))
    choices = product._meta.get_field("kind").choice_set
    named = frame.select(
        "client", pl.col("product").replace_strict(kinds, default="", return_dtype=pl.String).alias("kind")
    )
    found = []
    for one in choices:
        held = named.filter(pl.col("kind") == one.value)["client"].unique().sort().to_numpy()
        if len(held):
            found.append((one.value, str(choices.text_of(one.value)), clients.places_in(held)[1]))
    return found


def _balances(clients: BookClients) -> list[tuple[str, Any, np.ndarray]]:
    """Return the holders of products visible only in the counter's balances."""
    day = reader.newest_day("balances")
    if day is None:
        return []
    frame = reader.frame("balances", day, ("client", "products", "margin_assets", "margin_debt"))
    products = clients.values(frame, "products", 0.0) > 0
    margin = (clients.values(frame, "margin_assets", 0.0) > 0) | (clients.values(frame, "margin_debt", 0.0) > 0)
    return [
        (name, str(label), where)
        for name, label, where in (("over_counter", OVER_COUNTER, products), ("margin", MARGIN, margin))
        if where.any()
    ]


def _notes(day: date | None) -> list[Any]:
    if day is None:
        return [
            bilingual(
                "还没有日终计算，证券类别无从得知；这里只有柜台日终资产里的产品与两融。",
                "There is no close yet, so that classes of securities are not known: only products and margin of the balances.",
            )
        ]
    return [
        bilingual(
            "证券按 {day} 收盘持仓（数量大于零），场外产品与两融按最新日终资产；一位客户可在多列中各计一次。",
            "Securities by what was held at the close of {day}, products over the counter and margin by the newest balances; a "
            "client counts once in each column.",
            day=day.isoformat(),
        )
    ]

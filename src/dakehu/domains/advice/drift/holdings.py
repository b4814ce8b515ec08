"""A client's holdings by asset class, from the trades and the counter's cash."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from dakehu.domains.advice.models import ProductAssetClass
from dakehu.domains.ledger.performance import composition, portfolio
from dakehu.domains.ledger.products import registry
from dakehu.foundation.schema.fields import model_of

# Asset class by kind of product; for other kinds a user sets it (advice.set_asset_class).
BY_KIND = {"cash": "cash", "repo": "cash", "bond": "fixed_income", "stock": "equity"}
UNCLASSIFIED = ""


@dataclass(frozen=True)
class Holdings:
    """Values in CNY by product and by asset class; "" is for products without a class.

    `unpriced`: products held without a price, excluded from every sum. `cash`: the counter's, None where no balance is known.
    """

    as_of: date
    by_product: dict[int, float]
    by_class: dict[str, float]
    unclassified: tuple[int, ...]
    unpriced: tuple[int, ...]
    cash: float | None


def classes_of(products: list[int]) -> dict[int, str]:
    """Return the asset class of each product, "" where neither its kind nor a user specifies it."""
    kinds = dict(model_of("ledger.Product").objects.filter(pk__in=products).values_list("pk", "kind"))
    found = {pk: BY_KIND.get(str(kind), UNCLASSIFIED) for pk, kind in kinds.items()}
    said = ProductAssetClass.objects.filter(product_id__in=products).values_list("product_id", "asset_class")
    return found | dict(said)


def holdings_of(client: Any, day: date | None = None) -> Holdings:
    """Return a client's holdings on a day, by default that of the last close.

    The cash is that of the newest balance, and omitted for any other day.
    """
    on = day or portfolio.valuation_date()
    valuation = portfolio.value(client, on)
    values: dict[int, float] = {}
    if valuation is not None:
        worth = composition.values_at(valuation.book, np.array([valuation.book.prices.shape[1] - 1]))[:, 0]
        values = {int(pk): float(one) for pk, one in zip(valuation.assets, worth, strict=True) if one != 0}
    unpriced = tuple(pk for pk, one in values.items() if one != one)
    priced = {pk: one for pk, one in values.items() if one == one and one > 0}
    classes = classes_of(list(priced))
    balance = getattr(client, "balance", None) if day is None else None
    cash = float(balance.cash) if balance is not None and balance.cash is not None else None
    by_class: dict[str, float] = {"cash": max(cash, 0.0)} if cash else {}
    for pk, one in priced.items():
        by_class[classes[pk]] = by_class.get(classes[pk], 0.0) + one
    return Holdings(on, priced, by_class, tuple(pk for pk in priced if not classes[pk]), unpriced, cash)


def names_of(products: tuple[int, ...]) -> list[str]:
    """Return the names of products with their codes."""
    found = registry.product_names(products)
    return [f"{found[pk]['name']} {found[pk]['code']}.{found[pk]['market']}" for pk in products if pk in found]

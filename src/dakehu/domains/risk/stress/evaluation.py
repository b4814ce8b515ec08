"""Today's holdings under scenarios: the change of each client, excluded holdings, margin ratios afterwards."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from dakehu.analytics import stress
from dakehu.domains.ledger.facts.positions import held_on, product_ranks
from dakehu.domains.risk.models import SecurityProfile, StressScenario
from dakehu.domains.risk.stress.betas import betas_on
from dakehu.domains.risk.stress.mapping import Followed, follow, shocks_of
from dakehu.domains.risk.stress.scenarios import HISTORICAL, Scenario
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of


@dataclass(frozen=True)
class Result:
    """C clients under S scenarios.

    clients int64 [C]; value float64 [C], value of the holdings that follow an index; change float64 [C, S] in CNY;
    unknown float64 [C], value of holdings that follow nothing and are excluded; assumed float64 [C], value of
    main-board shares treated as large because no size is recorded; measured float64 [C], value of shares that fall by
    their own beta.
    """

    scenarios: list[Scenario]
    clients: np.ndarray
    value: np.ndarray
    change: np.ndarray
    unknown: np.ndarray
    assumed: np.ndarray
    measured: np.ndarray


def scenarios() -> list[Scenario]:
    """Return the historical scenarios and those of the firm that are in use."""
    own = [
        Scenario(
            f"own-{row.pk}",
            bilingual(row.name, row.name),
            "",
            float(row.csi300),
            float(row.csi500),
            float(row.csi1000),
            float(row.bond),
            bilingual(row.reason, row.reason),
            is_own=True,
        )
        for row in StressScenario.objects.filter(withdrawn_on=None).order_by("pk")
    ]
    return [*HISTORICAL, *own]


def followed_products(day: date, products: list[int]) -> dict[int, Followed]:
    """Return what each of some products follows, shares by their own beta where precise enough."""
    found = index_products(day, products)
    known = {pk: beta.value for pk, beta in betas_on(day, found).items() if beta.is_used and beta.value is not None}
    return {pk: one.by_beta(known[pk]) if pk in known else one for pk, one in found.items()}


def index_products(day: date, products: list[int]) -> dict[int, Followed]:
    """Return what each of some products follows, without any beta."""
    ranks = dict(product_ranks(day).select("product", "product_risk").iter_rows())
    securities: Any = model_of("ledger.SecurityCode")
    codes = dict(securities.objects.filter(until=None).order_by("-pk").values_list("product_id", "code"))
    sizes = dict(SecurityProfile.objects.exclude(size_index="").values_list("security__product_id", "size_index"))
    kinds = model_of("ledger.Product").objects.filter(pk__among=products).values_list("pk", "kind")
    return {pk: follow(kind, codes.get(pk), sizes.get(pk), ranks.get(pk)) for pk, kind in kinds}


def evaluate(day: date, clients: list[int], chosen: list[Scenario]) -> Result:
    """Return the effect of scenarios on the holdings of some clients at the close of a day."""
    wanted = pl.DataFrame({"client": clients}, schema={"client": pl.Int64})
    held = held_on(day).join(wanted, on="client", how="semi").sort("client")
    followed = followed_products(day, held["product"].unique().to_list())
    products = np.array(sorted(followed), dtype=np.int64)
    rules = [followed[pk] for pk in products.tolist()]
    place = np.searchsorted(products, held["product"].to_numpy())
    value = held["held_value"].to_numpy().astype(np.float64)
    known = np.array([bool(one.index) for one in rules], dtype=bool)[place]
    assumed = np.array([one.why == "assumed" for one in rules], dtype=bool)[place]
    measured = np.array([one.why == "beta" for one in rules], dtype=bool)[place]
    owners, starts = np.unique(held["client"].to_numpy(), return_index=True)
    offsets = np.r_[starts, len(value)].astype(np.int64)
    shocks = np.nan_to_num(shocks_of(rules, chosen)) if len(rules) else np.zeros((1, len(chosen)))
    change = stress.changes(offsets, place.astype(np.int32), value, np.ascontiguousarray(shocks))

    def total(mask: np.ndarray) -> np.ndarray:
        return np.add.reduceat(np.where(mask, value, 0.0), starts) if len(starts) else np.zeros(0)

    return Result(chosen, owners, total(known), change, total(~known), total(assumed), total(measured))


def visible_clients() -> list[int]:
    """Return the clients whom the actor sees and whose account is not closed."""
    rows = model_of("clients.Client").objects.exclude(status="closed")
    found: list[int] = read_columns(rows.values_list("pk"), {"client": pl.Int64})["client"].to_list()
    return found

"""Find clients by their codes and products by code and market, for entire columns of a feed."""

import polars as pl

from dakehu.domains.clients.queries import former_codes
from dakehu.domains.ledger.prices.importing import CodeQuery, resolve
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import elevated

ALL_FROM = 5_000  # number of codes from which all clients are read instead of those named


def match_clients(codes: pl.Series) -> pl.Series:
    """Return the id of each client code, null for an unknown one; codes of merged clients give the remaining client.

    A feed is imported for every client of the firm, so codes are looked up outside the actor's scope.
    """
    wanted = codes.unique().drop_nulls().to_list()
    model = scope.client_model()
    with elevated("match the clients of a feed"):
        if len(wanted) > ALL_FROM:
            known = dict(model.objects.values_list("code", "pk"))
        else:
            known = {}
            for start in range(0, len(wanted), 500):
                rows = model.objects.filter(code__in=wanted[start : start + 500])
                known.update(rows.values_list("code", "pk"))
        known = {**former_codes(), **known}
    found = pl.DataFrame({"code": list(known), "id": list(known.values())}, schema={"code": pl.String, "id": pl.Int64})
    return codes.alias("code").to_frame().join(found, on="code", how="left", maintain_order="left")["id"]


def match_products(codes: pl.Series, markets: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return (id of each product or null, reason if null): unknown, several, short, market, currency."""
    rows = pl.DataFrame({"code": codes, "market": markets.fill_null("")})
    asked = rows.filter(pl.col("code").is_not_null()).unique(maintain_order=True)
    queries = [CodeQuery(code, market) for code, market in asked.iter_rows()]
    matches = resolve(queries)
    found = asked.with_columns(
        pl.Series("id", [matches[query].number or None for query in queries], pl.Int64),
        pl.Series("reason", [_reason(matches[query]) for query in queries], pl.String),
    )
    joined = rows.join(found, on=["code", "market"], how="left", maintain_order="left")
    return joined["id"], joined["reason"]


def _reason(match: object) -> str | None:
    if getattr(match, "number", 0):
        return None
    return getattr(match, "reason", "") or "unknown"

"""The products that may be matched with a client, with the rules' input for each."""

from datetime import date, timedelta
from typing import Any

import numpy as np

from dakehu.analytics.likeness import correlations
from dakehu.domains.advice.drift.holdings import classes_of
from dakehu.domains.advice.matching.rules import Candidate
from dakehu.domains.advice.models import ProductGrade
from dakehu.domains.advice.suitability import desk, desk_rules
from dakehu.domains.advice.suitability import rules as suitability
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close.rows import EPOCH
from dakehu.domains.ledger.facts.positions import product_ranks
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import model_of

NO_PRODUCTS = ("index", "rate")  # kinds that cannot be held
DAYS, LEAST_DAYS = 250, 60  # of prices, and minimum of common days for a correlation
Returns = dict[int, np.ndarray]


def outcomes(client: Any, day: date) -> tuple[dict[int, str], dict[int, int]]:
    """Return the suitability outcome and the level (1 to 5, 0 ungraded) of every product, staff taking the initiative."""
    facts = desk.client_facts(client, day)
    facts["kyc_complete"] = not desk.missing_information(client)
    needs = model_of("clients.Needs").objects.filter(client=client).first()
    with elevated("the risk levels of products are the firm's, not one client's"):
        graded = dict(product_ranks(day).select("product", "product_risk").iter_rows())
    floors = dict(ProductGrade.objects.values_list("product_id", "floor_risk"))
    found, ranks = {}, {}
    rows = model_of("ledger.Product").objects.exclude(kind__in=NO_PRODUCTS).values_list("pk", "kind", "horizon")
    for pk, kind, horizon in rows:
        level = desk_rules.at_least(graded.get(pk) or "", floors.get(pk, ""))
        fits = desk_rules.term_fits(str(needs.term) if needs else "", str(horizon))
        case = suitability.Case(
            on=day, product_risk=level, initiative="staff", term_fits=fits, is_private_fund=kind == "private", **facts
        )
        found[pk] = suitability.decide(case).outcome
        ranks[pk] = suitability.rank(level)
    return found, ranks


def candidates_for(client: Any, held: dict[int, float], day: date) -> tuple[list[Candidate], Returns]:
    """Return every product as a candidate, and the daily returns of those with prices; products already held are excluded."""
    found, ranks = outcomes(client, day)
    products = sorted(pk for pk in found if pk not in held)
    listed = [pk for pk in products if found[pk] == "allow"]
    returns = daily_returns(sorted({*listed, *held}), day)
    own = portfolio_returns(held, returns)
    known = [pk for pk in listed if pk in returns]
    with_own = correlations(np.array([returns[pk] for pk in known]), own, LEAST_DAYS) if known else np.array([])
    correlation = {pk: float(one) for pk, one in zip(known, with_own, strict=True) if one == one}
    classes = classes_of(products)
    horizons = dict(model_of("ledger.Product").objects.filter(pk__in=products).values_list("pk", "horizon"))
    return [
        Candidate(pk, ranks[pk], classes.get(pk, ""), str(horizons.get(pk, "")), found[pk], correlation.get(pk))
        for pk in products
    ], returns


def daily_returns(products: list[int], day: date) -> Returns:
    """Return daily returns over the last 250 trading days of the products with prices, NaN where a price is carried forward.

    A day on which a corporate action of the product is registered is NaN too: its return cannot be computed from prices alone.
    """
    if not products:
        return {}
    traded = trading_days.trading_days_between(day - timedelta(days=2 * DAYS), day)[-DAYS - 1 :]
    days = np.array([(one - EPOCH).days for one in traded], np.int32)
    prices = close_inputs.price_matrix(np.array(products), days)
    with np.errstate(invalid="ignore", divide="ignore"):
        change = prices.matrix[:, 1:] / prices.matrix[:, :-1] - 1.0
    change[prices.as_of[:, 1:] != days[1:]] = np.nan
    for product, on in (
        model_of("ledger.CorporateAction").objects.filter(product__in=products).values_list("product_id", "on")
    ):
        change[products.index(product), days[1:] == (on - EPOCH).days] = np.nan
    return {pk: row for pk, row in zip(products, change, strict=True) if np.isfinite(row).sum() >= LEAST_DAYS}


def portfolio_returns(held: dict[int, float], returns: Returns) -> np.ndarray:
    """Return the daily returns of holdings at today's weights, float64 [N], NaN on days without a return of any of them."""
    priced = [pk for pk in held if pk in returns]
    if not priced:
        return np.array([])
    rows = np.array([returns[pk] for pk in priced])
    weights = np.array([held[pk] for pk in priced])[:, None] * np.isfinite(rows)
    total = weights.sum(axis=0)
    return np.where(
        total > 0, np.nansum(np.nan_to_num(rows) * weights, axis=0) / np.where(total > 0, total, 1.0), np.nan
    )

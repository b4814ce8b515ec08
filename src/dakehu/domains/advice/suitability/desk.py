"""The desk's data on a client and a product, as input of a suitability check."""

from datetime import date, timedelta
from typing import Any

from dakehu.domains.advice.suitability import desk_rules
from dakehu.domains.clients.facts.attributes import CLASS_DAYS
from dakehu.domains.clients.identifiers import age_on
from dakehu.domains.ledger.facts.positions import product_ranks
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.fields import labels_of, model_of


def get_product(text: str) -> Any:
    """Return the product that a code, a name or a number of the desk names. Raises Refused for none or several."""
    codes = model_of("ledger.SecurityCode").objects.filter(code=text, until=None)
    found = {row.product_id: row.product for row in codes.select_related("product")[:3]}
    products = model_of("ledger.Product").objects
    found = found or {row.pk: row for row in products.filter(name=text)[:3]}
    if not found and text.isdecimal() and len(text) < 19:
        found = {row.pk: row for row in products.filter(pk=int(text))}
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise refusal(
            "product",
            "“{text}”对应多个产品，请填写产品名称。",
            "“{text}” names several products; give the name.",
            text=text[:80],
        )
    raise refusal(
        "product",
        "没有“{text}”这个产品；工作台没有的产品请填写名称与风险等级。",
        "There is no product “{text}”; for one that the desk does not hold, give its name and risk level.",
        text=text[:80],
    )


def client_facts(client: Any, day: date) -> dict[str, Any]:
    """Return the input of a check for a client, by the names of `rules.Case`; unknown values are omitted."""
    age = age_on(client.birth_on, day) if client.birth_on else client.stated_age
    proven = client.class_proven_on
    found = {
        "investor_class": str(client.investor_class) or None,
        "risk_level": str(client.risk_level) or None,
        "minimum": client.is_risk_minimum or None,
        "tested_on": client.risk_tested_on,
        "valid_to": client.risk_valid_to,
        "age": age if client.kind == "person" else None,
        "class_valid_to": proven + timedelta(days=CLASS_DAYS) if proven else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def product_facts(product: Any, day: date) -> dict[str, Any]:
    """Return the input of a check for a product: its level by feed or entry, never below its floor."""
    with elevated("the risk levels of products are the firm's, not one client's"):
        ranks = product_ranks(day)
    row = ranks.filter(ranks["product"] == product.pk)
    level = row["product_risk"][0] if row.height else ""
    found: dict[str, Any] = {"is_private_fund": product.kind == "private"}
    level = desk_rules.at_least(level or "", floor_of(product.pk))
    return {**found, "product_risk": level} if level else found


def floor_of(product: int) -> str:
    """Return the level below which a product may not be graded, "" where none is stated."""
    row = model_of("advice.ProductGrade").objects.filter(product_id=product).order_by("-pk").first()
    return str(row.floor_risk) if row is not None else ""


def goal_facts(client: Any, product: Any) -> dict[str, bool]:
    """Return {"term_fits"} where the terms of goal and product are both known."""
    needs = model_of("clients.Needs").objects.filter(client=client).first()
    fits = desk_rules.term_fits(str(needs.term) if needs else "", str(product.horizon))
    return {} if fits is None else {"term_fits": fits}


def missing_information(client: Any) -> list[str]:
    """Return the names of the information that article 6 requires and the desk lacks, in the reader's language."""
    needs = model_of("clients.Needs").objects.filter(client=client).first()
    wanted = desk_rules.REQUIRED_OF_PERSONS if client.kind == "person" else desk_rules.REQUIRED_OF_ORGANISATIONS
    of_client, of_needs = labels_of("clients.Client"), labels_of("clients.Needs")
    missing = [of_client[name] for name in wanted if getattr(client, name) in (None, "")]
    if client.kind == "person" and client.birth_on is None and client.stated_age is None:
        missing.append(of_client["birth_on"])
    missing += [of_needs[name] for name in desk_rules.REQUIRED_OF_GOALS if getattr(needs, name, None) in (None, "")]
    if not model_of("clients.Contact").objects.filter(client=client).exists():
        missing.append(str(model_of("clients.Contact").names.singular))
    return missing

"""Queries of model portfolios and of the asset classes of products."""

from datetime import date
from typing import Any

from dakehu.domains.advice.model_portfolios import rules, store
from dakehu.domains.advice.models import ModelPortfolio, ProductAssetClass
from dakehu.domains.advice.policies.choices import AssetClass
from dakehu.domains.advice.policies.parameters import FILTERS, ORDER
from dakehu.domains.clients.choices import RiskLevel
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query

HOUSE_DEFAULT = bilingual("内部默认 [D]，非监管规定", "House default [D], no rule of law")


@query(
    "advice.model_portfolios",
    needs=Permission.POLICY_READ,
    zh="模型组合版本",
    en="Editions of model portfolios",
    parameters=(FILTERS, ORDER),
)
def model_portfolios(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the stored editions of model portfolios, the newest first."""
    return filter_rows(ModelPortfolio.objects.all(), filters or {}, order or "risk_level,-edition")


@query(
    "advice.asset_classes",
    needs=Permission.POLICY_READ,
    zh="产品资产类别",
    en="Asset classes of products",
    parameters=(FILTERS, ORDER),
)
def asset_classes(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the products whose asset class was set, ordered by name."""
    return filter_rows(ProductAssetClass.objects.select_related("product"), filters or {}, order or "product")


@query("advice.models_in_force", needs=Permission.POLICY_READ, zh="生效的模型组合", en="Model portfolios in force")
def models_in_force() -> list[dict[str, Any]]:
    """Return the model of each risk level in force today: [{level, name, edition, since, basis, is_default, classes: [{asset_class,
    name, target, least, most}], next_from: day of a later edition or None}]."""
    today = clock.today()
    return [_render_model(level, today) for level in RiskLevel]


def _render_model(level: Any, today: date) -> dict[str, Any]:
    model = store.model_on(level.value, today)
    later = ModelPortfolio.objects.filter(risk_level=level.value, effective_from__gt=today).order_by("effective_from")
    coming = later.values_list("effective_from", flat=True).first()
    return {
        "level": level.value,
        "name": str(level.text),
        "edition": model.edition,
        "since": model.since.isoformat() if model.since else None,
        "is_default": model.edition == 0,
        "basis": str(HOUSE_DEFAULT),
        "classes": [
            {
                "asset_class": name,
                "name": str(AssetClass.text_of(name)),
                "target": str(model.weights[name].target),
                "least": str(model.weights[name].least),
                "most": str(model.weights[name].most),
            }
            for name in rules.CLASSES
        ],
        "next_from": coming.isoformat() if coming else None,
    }

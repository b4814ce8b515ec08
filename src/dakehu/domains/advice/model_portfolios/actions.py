"""Actions on model portfolios, which get a new edition and never change, and on the asset class of products."""

from typing import Any

from dakehu.domains.advice.model_portfolios import rules, store
from dakehu.domains.advice.models import ModelPortfolio, ProductAssetClass
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Fields, parameters_of

WEIGHTS = tuple(f"{name}_{part}" for name in rules.CLASSES for part in ("target", "least", "most"))


@action(
    "advice.add_model_portfolio",
    needs=Permission.MODEL_WRITE,
    zh="新增模型组合版本",
    en="Add an edition of a model portfolio",
    parameters=(Fields("advice.ModelPortfolio", required=("risk_level", "effective_from", *WEIGHTS), new=True),),
)
def add_model_portfolio(*, risk_level: str, effective_from: Any, **values: Any) -> ModelPortfolio:
    """Add the next edition of the model of a risk level, in force from a day that is not past.

    Raises Refused where the targets do not add up to 100 %, a range is infeasible, or the risk level does not allow it.
    """
    if effective_from < clock.today():
        raise refusal("effective_from", "生效日期不能早于今天。", "It cannot take effect before today.")
    last = ModelPortfolio.objects.filter(risk_level=risk_level).order_by("-edition").first()
    row = ModelPortfolio(
        risk_level=risk_level, effective_from=effective_from, edition=(last.edition if last else 0) + 1
    )
    for name, value in values.items():
        if value is not None:
            setattr(row, name, value)
    errors = rules.weight_errors(str(risk_level), store.weights_of(row))
    if errors:
        found: dict[str, Any] = {}
        for field, zh, en in errors:
            found.setdefault(field, []).append(bilingual(zh, en))
        raise Refused(found)
    row.save()
    return row


@action(
    "advice.set_asset_class",
    needs=Permission.MODEL_WRITE,
    zh="登记产品资产类别",
    en="Set the asset class of a product",
    parameters=(parameters_of("advice.ProductAssetClass", "product", "asset_class", optional=("basis",)),),
)
def set_asset_class(*, product: Any, asset_class: str, basis: str | None = None) -> ProductAssetClass:
    """Set the asset class of a product, with the basis for it."""
    row = ProductAssetClass.objects.filter(product=product).first() or ProductAssetClass(product=product)
    row.asset_class, row.basis = asset_class, basis or row.basis
    row.save()
    return row

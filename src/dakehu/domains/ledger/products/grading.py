"""Set the risk level of a product, as graded by the firm."""

from dakehu.domains.clients.choices import RiskLevel
from dakehu.domains.ledger.models import Product
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action


@action(
    "ledger.set_risk_level",
    needs=Permission.LEDGER_READ,
    zh="设置产品风险等级",
    en="Set the risk level of a product",
    is_public=False,
)
def set_risk_level(*, product: Product, level: int) -> Product:
    """Set the risk level of a product, 1 to 5. The calling action checks who may grade, and how."""
    product.risk_level = list(RiskLevel)[level - 1].value
    product.save()
    return product

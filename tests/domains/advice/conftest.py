"""A product that compliance graded."""

import pytest

from dakehu.domains.ledger.models import Product
from dakehu.foundation.actions.registry import act
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system


@pytest.fixture
def fund(he):
    """A fund of R4 whose lowest allowed grade is R4."""
    with as_system(), act("test.product"):
        row = Product(name="稳进一号", kind="fund", horizon="medium")
        row.save()
    with acting(he):
        perform(
            "advice.grade_product", {"product": row.pk, "risk_level": "R4", "floor_risk": "R4", "reason": "投向股票"}
        )
    return row

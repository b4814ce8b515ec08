"""Actions on the firm's own scenarios."""

from typing import Any

from dakehu.domains.risk.models import StressScenario
from dakehu.domains.risk.parameters import STRESS_SCENARIO
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Fields


@action(
    "risk.add_scenario",
    needs=Permission.LIMIT_WRITE,
    zh="新增压力情景",
    en="Add a scenario",
    parameters=(
        Fields("risk.StressScenario", required=("name", "csi300", "csi500", "csi1000", "bond", "reason"), new=True),
    ),
)
def add_scenario(**values: Any) -> StressScenario:
    """Add a scenario of the firm's own; its reason is shown with every result."""
    row = StressScenario(**values)
    row.save()
    return row


@action(
    "risk.withdraw_scenario",
    needs=Permission.LIMIT_WRITE,
    zh="停用压力情景",
    en="Withdraw a scenario",
    parameters=(STRESS_SCENARIO,),
)
def withdraw_scenario(*, stress_scenario: int) -> StressScenario:
    """Withdraw a scenario. Raises Refused for one already withdrawn."""
    row: StressScenario | None = StressScenario.objects.filter(pk=stress_scenario).first()
    if row is None:
        raise NotFound(bilingual("压力情景", "scenario"))
    if row.withdrawn_on is not None:
        raise refusal("", "这个情景已经停用。", "This scenario is withdrawn already.")
    row.withdrawn_on = clock.today()
    row.save()
    return row

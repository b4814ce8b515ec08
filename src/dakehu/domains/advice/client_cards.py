"""The card on a client's page: policy, goals, and the last advice."""

from typing import Any

from dakehu.domains.advice.models import InvestmentGoal
from dakehu.domains.advice.policies.choices import GoalState
from dakehu.domains.advice.policies.store import find_policy
from dakehu.domains.advice.records.queries import client_advice
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.client_cards import ClientCard, declare
from dakehu.foundation.schema.parameters import parameters_of

CARD = "advice.plan_card"
CLIENT = parameters_of("advice.InvestmentGoal", "client")
GOALS = 3


@query(CARD, needs=Permission.POLICY_READ, zh="投资方案卡片", en="Card of a client's policy", parameters=CLIENT)
def plan_card(*, client: Any) -> dict[str, Any]:
    """Return the policy in force, the first open goals and the last advice (foundation.schema.client_cards)."""
    policy, facts, notes = find_policy(client), [], []
    if policy is None:
        notes.append(str(bilingual("没有生效的投资方案。", "No policy in force.")))
    else:
        shown = render_row(policy, ("risk_level", "review_on"), shown=True)
        is_due = policy.review_on <= clock.today()
        facts.append({"what": str(policy), "text": shown["risk_level"]})
        facts.append(
            {
                "what": str(bilingual("下次检视", "Next review")),
                "text": shown["review_on"],
                "tone": "bad" if is_due else "",
            }
        )
    rows = InvestmentGoal.objects.filter(client=client, state=GoalState.OPEN.value).order_by("priority", "due_on")[
        :GOALS
    ]
    shown_goals = render_rows(list(rows), ("name", "due_on", "amount"), shown=True)
    lines = [{"what": one["name"], "text": f"{one['due_on']} · {one['amount']}"} for one in shown_goals]
    last = client_advice(client=client).first()
    if last is not None:
        one = render_row(last, ("kind", "state"), shown=True)
        lines.append({"what": str(last), "text": f"{one['kind']} · {one['state']}"})
    actions = ["advice.add_goal", "advice.draft_policy", "advice.draft_advice"]
    page = {
        "text": str(bilingual("目标、偏离与匹配", "Goals, drift and matches")),
        "url": f"/clients/{client.pk}/plan/",
    }
    return {"facts": facts, "notes": notes, "lines": lines, "actions": actions, "page": page}


declare(ClientCard(CARD, "投资方案", "Investment policy", CARD, order=30))

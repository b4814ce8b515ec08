"""The card of a client's page with the open tasks."""

from typing import Any

from dakehu.domains.service.models import Task
from dakehu.domains.service.queries import CLIENT
from dakehu.domains.service.tasks import rules
from dakehu.domains.service.tasks.queries import lines_of
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.client_cards import ClientCard, declare

CARD = "service.tasks_card"
SHOWN = 8


@query(CARD, needs=Permission.SERVICE_READ, zh="客户任务卡片", en="Card of a client's tasks", parameters=CLIENT)
def tasks_card(*, client: Any) -> dict[str, Any]:
    """Return the open tasks of a client, the earliest first (foundation.schema.client_cards)."""
    rows = Task.objects.filter(client=client, state__in=rules.OPEN_STATES)
    found = list(rows.select_related("client", "owner", "parent").order_by("due_on", "priority", "pk")[: SHOWN + 1])
    actions = ["service.create_task", "service.start_checklist"]
    if not found:
        return {"notes": [str(bilingual("没有未完成的任务。", "No open tasks."))], "actions": actions}
    lines = lines_of(found[:SHOWN])
    late = sum(line["urgency"] == "overdue" for line in lines)
    lead = bilingual("{n} 项未完成", "{n} open", n=f"{SHOWN}+" if len(found) > SHOWN else len(found))
    return {
        "lead": str(lead),
        "tone": "bad" if late else "",
        "lines": [{"what": line["subject"], "text": _text(line), "tone": line["tone"]} for line in lines],
        "actions": actions,
    }


def _text(line: dict[str, Any]) -> str:
    """Return due day and owner of a task, how many of its parts are done, and whether it waits for others."""
    said = [line["deadline"], line["owner"]]
    if line["parts"]:
        said.append(f"{line['parts_done']}/{line['parts']}")
    if line["is_blocked"]:
        said.append(str(bilingual("等待前置任务", "waits for another task")))
    return " · ".join(one for one in said if one)


declare(ClientCard(CARD, "任务", "Tasks", CARD, order=15))

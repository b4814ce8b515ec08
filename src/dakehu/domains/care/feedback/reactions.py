"""What follows from words of distress: a task of the team lead, due the same day."""

from typing import Any

from dakehu.domains.care.feedback.choices import DistressLevel
from dakehu.domains.care.feedback.rules import AT_ONCE
from dakehu.domains.service.tasks.actions import create_task
from dakehu.domains.service.tasks.owners import main_managers
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.schema.fields import model_of

MODELS = {"feedback": "care.Feedback", "complaint": "compliance.Complaint"}
URGENT = "1"  # priority of a task


@on_event("feedback.distress")
def on_distress(*, source: str, ref: int, level: str) -> dict[str, Any]:
    """Give the lead of whoever serves the client a task for today, once. Returns {task: id or None}.

    Of a complaint about a member of staff the task names the case and no client: whoever serves the client would read it.
    """
    with acting_as(system_actor(str(bilingual("痛苦信号升级", "Escalate a sign of distress")), "worker")):
        row = model_of(MODELS[source]).objects.filter(pk=ref).select_related("client", "owner").first()
        key = f"distress:{source}:{ref}"
        if row is None or level not in AT_ONCE or model_of("service.Task").objects.filter(source_ref=key).exists():
            return {"task": None}
        about = getattr(row, "about_staff_id", None)
        owner = _responsible(row, about)
        subject = bilingual(
            "客户的话里有痛苦信号（{level}），请尽快联系",
            "Words of distress ({level}): contact the client",
            level=DistressLevel.text_of(level),
        )
        if about is not None:
            subject = bilingual("投诉 {n} 中有痛苦信号，请尽快联系投诉人", "Words of distress in complaint {n}", n=ref)
        task = create_task(
            subject=str(subject),
            due_on=clock.today(),
            client=row.client if about is None else None,
            owner=owner,
            priority=URGENT,
            source="case",
            source_ref=key,
        )
        return {"task": task.pk}


def _responsible(row: Any, about: int | None) -> Any:
    """Return the lead of the client's manager, else of whoever handles the case; never the person complained about."""
    manager = main_managers([row.client_id]).get(row.client_id) if row.client_id else None
    found = [team.find_lead(manager), team.find_lead(row.owner), row.owner, manager]
    return next((user for user in found if user is not None and user.pk != about), None)

"""Reactions to a case of distress: a task of the lead, due the same day, for every source."""

from typing import Any

from dakehu.domains.care.distress.case_rules import has_task
from dakehu.domains.care.distress.choices import CaseSource, CaseState, DistressLevel
from dakehu.domains.care.distress.register import OPENED
from dakehu.domains.care.models import DistressCase
from dakehu.domains.service.tasks.actions import create_task
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.schema.fields import model_of

URGENT = "1"  # priority of a task


@on_event(OPENED)
def on_distress(*, case: int) -> dict[str, Any]:
    """Give the lead of a serious case a task for today, once; without one, the first person. Returns {task: id or None}.

    For a complaint about a member of staff the task names the case, not the client: the client's manager would see it.
    """
    with acting_as(system_actor(str(bilingual("情绪个案升级", "Escalate a case of distress")), "worker")):
        row = DistressCase.objects.filter(pk=case, state=CaseState.OPEN.value).select_related("client").first()
        key = f"distress:case:{case}"
        if row is None or not has_task(str(row.level), row.is_office_only):
            return {"task": None}
        if model_of("service.Task").objects.filter(source_ref=key).exists():
            return {"task": None}
        is_withheld = row.withheld_from_id is not None
        subject = bilingual(
            "客户的话里有痛苦信号（{level}，来自{source}），请尽快联系",
            "Words of distress ({level}, {source}): contact the client",
            level=DistressLevel.text_of(row.level),
            source=CaseSource.text_of(row.source),
        )
        if is_withheld:
            subject = bilingual(
                "投诉 {n} 中有痛苦信号，请尽快联系投诉人", "Words of distress in complaint {n}", n=row.source_ref
            )
        task = create_task(
            subject=str(subject),
            due_on=clock.today(),
            client=None if is_withheld else row.client,
            owner=row.lead or row.caller,
            priority=URGENT,
            source="case",
            source_ref=key,
        )
        return {"task": task.pk}

"""Notifications of improvement: issues that are due, and effects that can be measured now."""

from datetime import timedelta
from typing import Any

from dakehu.domains.care.improvements.choices import Stage
from dakehu.domains.care.models import Issue
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

DUE = "care.issue_notices"
SOON_DAYS = 3


@query(DUE, needs=Permission.IMPROVEMENT_READ, zh="改进事项提醒", en="Notices of issues")
def issue_notices() -> list[dict[str, Any]]:
    """Return one notice for each of the reader's own issues that is due within three days or overdue, and one for each whose
    second window is over without a measured effect."""
    today, made = clock.today(), []
    rows = Issue.objects.filter(owner_id=current_actor().user_id, closed_on=None)
    for row in rows.filter(due_on__lte=today + timedelta(days=SOON_DAYS)).exclude(stage=Stage.ACT.value):
        late = row.due_on is not None and row.due_on < today
        text = bilingual(
            "改进事项“{what}”{day}到期", "Issue “{what}” is due {day}", what=row.title, day=str(row.due_on)
        )
        key = f"{DUE}:{row.pk}:{row.due_on}:{'late' if late else 'soon'}"
        made.append(
            notice(key, text, at=today.isoformat(), url=f"/improvements/{row.pk}/", tone="warn" if late else "")
        )
    for row in rows.filter(stage__in=(Stage.DO.value, Stage.CHECK.value), after_to__lt=today):
        if row.result.get("after"):
            continue
        text = bilingual("改进事项“{what}”可以测量效果了", "The effect of “{what}” can be measured", what=row.title)
        key = f"{DUE}:{row.pk}:measure:{row.after_to}"
        made.append(notice(key, text, at=today.isoformat(), url=f"/improvements/{row.pk}/"))
    return made


declare(NoticeSource(DUE, bilingual("改进事项", "Issues"), "target", order=28))

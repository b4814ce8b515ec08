"""Who may open a report: its owner, the owner's team, or the firm."""

from typing import Any

from django.db.models import Q

from dakehu.domains.insight.choices import Sharing
from dakehu.domains.insight.models import Report
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual


def visible_reports() -> Any:
    """Return the reports that the actor may open, the newest last."""
    actor = current_actor()
    if actor.is_system:
        return Report.objects.order_by("pk")
    condition = Q(owner_id=actor.user_id) | Q(sharing=Sharing.FIRM.value)
    if actor.extra.get("teams"):
        condition |= Q(sharing=Sharing.TEAM.value, owner__team_id__in=actor.extra["teams"])
    return Report.objects.filter(condition).order_by("pk")


def get_report(number: int) -> Report:
    """Return a report that the actor may open. Raises NotFound."""
    row: Report | None = visible_reports().filter(pk=number).first()
    if row is None:
        raise NotFound(bilingual("分析报表", "report"), number)
    return row


def get_own_report(number: int) -> Report:
    """Return a report of the actor's own. Raises NotFound for any other."""
    row: Report | None = visible_reports().filter(pk=number, owner_id=current_actor().user_id).first()
    if row is None:
        raise NotFound(bilingual("自己的分析报表", "report of one's own"), number)
    return row

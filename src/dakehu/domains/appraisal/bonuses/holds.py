"""Reasons to hold a deferred bonus: an open complaint, a conduct event since the period began, a person who left."""

from typing import Any

from dakehu.domains.appraisal.models import ConductEvent, Tranche
from dakehu.domains.compliance.complaints.store import open_cases
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import Bilingual, bilingual

MATTER = bilingual("有未了结的合规事项，请询合规", "a matter of compliance is open; ask compliance")


def holds_of(row: Tranche) -> list[Bilingual]:
    """Return why a tranche is not released now; [] if nothing holds it. Names no case and no client.

    Readers without permission for complaints see an unspecified compliance matter.
    """
    user: Any = row.award.user_id
    with elevated("look for what holds a deferred bonus"):
        complaints = open_cases().filter(about_staff_id=user).count()
        since = row.award.pool.period.first_on
        events = ConductEvent.objects.filter(user_id=user, happened_on__gte=since, withdrawn_reason="").count()
    found = []
    if complaints:
        may_read = current_actor().may(Permission.COMPLAINT_READ)
        found.append(bilingual("有未办结的投诉", "an open complaint") if may_read else MATTER)
    if events:
        found.append(bilingual("考核期以来有违规登记", "an event of conduct since the period began"))
    if team.get_user(user) is None:
        found.append(bilingual("本人已离任，须改为扣减、追回或由另一人说明", "the person has left"))
    return found

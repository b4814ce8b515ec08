"""What stands in the bell: prospects that the pool takes back soon, campaigns to approve."""

from typing import Any

from dakehu.domains.growth.choices import CampaignState
from dakehu.domains.growth.models import Campaign
from dakehu.domains.growth.pool.queries import going_back
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

GOING_BACK = "growth.pool_notices"


@query(GOING_BACK, needs=Permission.POOL_CLAIM, zh="公海收回预警", en="Warnings of the pool")
def pool_notices() -> list[dict[str, Any]]:
    """Return one notice for each of the reader's prospects at each of the two warnings."""
    today = clock.today().isoformat()
    return [
        notice(
            f"{GOING_BACK}:{row['id']}:{row['recycle_on']}:{'last' if row['last'] else 'first'}",
            bilingual(
                "线索“{name}”将于 {day} 收回公海，请尽快联系",
                "Prospect “{name}” goes back to the pool on {day}; contact them",
                name=row["name"],
                day=row["recycle_on"],
            ),
            at=today,
            url=f"/prospects/{row['id']}/",
            tone="bad" if row["last"] else "warn",
        )
        for row in going_back()
    ]


declare(NoticeSource(GOING_BACK, bilingual("公海收回预警", "Going back to the pool"), "clock", order=40))


TO_APPROVE = "growth.campaign_notices"


@query(TO_APPROVE, needs=Permission.CAMPAIGN_APPROVE, zh="待审批的营销活动", en="Campaigns to approve")
def campaign_notices() -> list[dict[str, Any]]:
    """Return one notice for each campaign that waits for the reader's approval."""
    me = current_actor().user_id
    return [
        notice(
            f"{TO_APPROVE}:{row.pk}:{row.row_version}",
            bilingual("营销活动“{name}”待您审批", "Campaign “{name}” waits for your approval", name=row.name),
            at=clock.today().isoformat(),
            url=f"/campaigns/{row.pk}/",
            tone="warn",
        )
        for row in Campaign.objects.filter(state=CampaignState.WAITING.value).order_by("pk")
        if me is not None and me not in row.edited_by
    ]


declare(NoticeSource(TO_APPROVE, bilingual("待审批的营销活动", "Campaigns to approve"), "circle-check", order=41))

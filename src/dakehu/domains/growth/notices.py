"""Notifications: prospects that the pool takes back soon."""

from typing import Any

from dakehu.domains.growth.pool.queries import going_back
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

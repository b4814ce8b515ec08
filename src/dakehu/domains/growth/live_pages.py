"""The pages of this domain that are updated live while open."""

from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.schema.live_pages import LivePage, declare

declare(
    LivePage(
        "opportunities",
        "商机看板",
        "Board of opportunities",
        parts={"board": ("growth.Opportunity", "growth.Stage", "growth.Pipeline")},
        needs=Permission.GROWTH_READ,
    ),
    LivePage(
        "opportunity",
        "商机页",
        "Opportunity page",
        subject="growth.Opportunity",
        parts={"comments": ("service.Comment",)},
        anywhere=("service.Comment",),
        needs=Permission.GROWTH_READ,
    ),
)

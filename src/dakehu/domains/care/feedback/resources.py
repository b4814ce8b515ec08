"""What pages and API show of feedback."""

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.resources import Resource, TimelineOf, declare

declare(
    Resource(
        "care.Feedback",
        path="feedback",
        key="feedback",
        list="care.feedback",
        of_client="care.client_feedback",
        create="care.register_feedback",
        update="care.change_feedback",
        asked_first=("client", "kind", "text", "channel", "received_at", "topic"),
        timeline=TimelineOf("feedback", bilingual("客户意见", "Feedback"), "inbox"),
        tab=True,
    ),
)

"""What pages and API show of feedback."""

from dakehu.foundation.schema.resources import Resource, declare

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
        tab=True,
    ),
)

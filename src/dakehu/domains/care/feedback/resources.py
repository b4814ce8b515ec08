"""Fields of feedback for pages, API and workbook."""

from dakehu.domains.care.feedback import bulk_import
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.resources import Resource, SheetOf, TimelineOf, declare

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
        timeline=TimelineOf("feedback", bilingual("客户意见", "Feedback"), "message-circle"),
        tab=True,
        worksheet=SheetOf(
            "feedback",
            bilingual("客户意见", "Feedback"),
            position=86,
            evaluate=bulk_import.evaluate_feedback,
            import_rows=bulk_import.import_feedback,
            import_only=bulk_import.OF_CASES,
            kept=bilingual("客户意见须留存；请在意见页面办结。", "Feedback is kept; close it on its page."),
            clients="some",
        ),
    ),
)

"""What stands in the bell: words of distress in answers."""

from typing import Any

from dakehu.domains.care.permissions import SURVEY_READ
from dakehu.domains.care.surveys.queries import survey_alerts
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

ALERTS = "care.survey_alert_notices"


@query(ALERTS, needs=SURVEY_READ, zh="答卷警示提醒", en="Notices of survey alerts")
def survey_alert_notices() -> list[dict[str, Any]]:
    """Return one notice for each open alert that the reader may see."""
    return [
        notice(
            f"{ALERTS}:{row['id']}",
            bilingual(
                "{client}的问卷文字需要人工关注（{level}）",
                "Words in {client}’s survey need a person ({level})",
                client=row["client"],
                level=row["level_text"],
            ),
            at=row["raised_on"],
            url=f"/surveys/{row['survey_id']}/",
            tone="bad",
        )
        for row in survey_alerts()[:20]
    ]


declare(NoticeSource(ALERTS, bilingual("答卷警示", "Survey alerts"), "flag", order=46))

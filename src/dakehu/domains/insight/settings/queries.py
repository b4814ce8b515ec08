"""The settings of analyses in force."""

from typing import Any

from dakehu.domains.insight.models import InsightSettings
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.gates.output import render_row
from dakehu.foundation.gates.registry import query


def current_settings() -> InsightSettings:
    """Return the stored settings, or an unsaved row of defaults."""
    found: InsightSettings | None = InsightSettings.objects.first()
    return found or InsightSettings()


@query("insight.settings", needs=Permission.INSIGHT_READ, zh="分析设置", en="Settings of analyses")
def settings() -> dict[str, Any]:
    """Return the settings of analyses: {hour_cost, report_mail, mail_domains}."""
    return render_row(current_settings(), ("hour_cost", "report_mail", "mail_domains"))

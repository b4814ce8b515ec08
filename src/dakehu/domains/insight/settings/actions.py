"""Action: change the settings of analyses."""

import re
from typing import Any

from dakehu.domains.insight.models import InsightSettings
from dakehu.domains.insight.settings.queries import current_settings
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.parameters import parameters_of

DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})+")


@action(
    "insight.change_settings",
    needs=Permission.SYSTEM_WRITE,
    zh="修改分析设置",
    en="Change the settings of analyses",
    parameters=parameters_of("insight.InsightSettings", optional=("hour_cost", "report_mail", "mail_domains")),
)
def change_settings(**fields: Any) -> InsightSettings:
    """Store the cost of a service hour, and what may be sent by mail for a scheduled report and to which domains.

    Raises Refused for an invalid domain, and for files by mail without a domain.
    """
    row = current_settings()
    for name, value in fields.items():
        setattr(row, name, value if value is not None else InsightSettings._meta.get_field(name).get_default())
    row.mail_domains = ", ".join(read_domains(row.mail_domains))
    if row.report_mail == "file" and not row.mail_domains:
        raise refusal(
            "mail_domains",
            "发文件须先填写本机构的邮箱域名。",
            "Name the firm's own mail domains before files leave by mail.",
        )
    row.save()
    return row


def read_domains(text: str) -> list[str]:
    """Return the domains of a comma-separated text, in lower case. Raises Refused for an invalid one."""
    names = [one.strip().lower().lstrip("@") for one in re.split(r"[,，;；\s]+", text or "") if one.strip()]
    for name in names:
        if not DOMAIN.fullmatch(name):
            raise refusal("mail_domains", "“{name}”不是邮箱域名。", "“{name}” is no mail domain.", name=name)
    return list(dict.fromkeys(names))

"""What leaves the desk by SQL logins."""

from typing import Any

from dakehu.domains.team.permissions import SQL_READ
from dakehu.exchange.bi.queries import why_not_available
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.outgoing_sources import OutgoingSource, declare, outgoing_row

LEAVING = "bi.leaving"

declare(
    OutgoingSource(
        LEAVING,
        bilingual("SQL 登录", "SQL logins"),
        bilingual("分析工具以本人身份只读查询视图", "Tools read the views as their person, and only read"),
        order=55,
    )
)


@query(LEAVING, needs=Permission.SYSTEM_READ, zh="SQL 登录（离开的数据）", en="SQL logins (what leaves)")
def leaving() -> list[dict[str, Any]]:
    """Return one row for each SQL login whose token is valid today; none if this desk offers no SQL."""
    if why_not_available() is not None:
        return []
    tokens = model_of("team.Token").objects.filter(revoked=False, expires_on__gte=clock.today())
    return [
        outgoing_row(
            row.user.name,
            is_on=row.user.is_active,
            owner=row.user.name,
            last_used=row.last_used_on,
            detail=bilingual("到期 {day}", "Until {day}", day=row.expires_on.isoformat()),
            url="/staff/",
        )
        for row in tokens.select_related("user").order_by("user__name", "-pk")
        if row.scopes == [str(SQL_READ)]
    ]

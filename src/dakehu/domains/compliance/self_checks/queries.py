"""Queries of self-checks, and the notice of one that is due."""

from typing import Any

from dakehu.domains.compliance.approvals.requests import waiting_requests
from dakehu.domains.compliance.self_checks.actions import SUBJECT
from dakehu.domains.compliance.self_checks.choices import SelfCheckState
from dakehu.domains.compliance.self_checks.figures import count_period
from dakehu.domains.compliance.self_checks.models import SelfCheck
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

NOTICES = "compliance.self_check_notices"
TO_WRITE = (SelfCheckState.DUE.value, SelfCheckState.RETURNED.value)
MOST = 40  # twenty years


@query("compliance.self_checks", needs=Permission.SELF_CHECK_SIGN, zh="半年自查", en="Half-yearly self-checks")
def self_checks() -> list[dict[str, Any]]:
    """Return the self-checks, the latest first: [{…, state_code, is_late, figures: [{label, count}], approval, can_write}].

    One that is not submitted has the current counts, for its writer. `approval` is the request that the reader may
    decide on, None without one.
    """
    rows = list(SelfCheck.objects.select_related("author", "signed_by").order_by("-first_on")[:MOST])
    waiting = waiting_requests(SUBJECT, [row.pk for row in rows])
    actor = current_actor()
    may_write = actor.may(Permission.SELF_CHECK_WRITE)
    return [
        {
            **shown,
            "state_code": str(row.state),
            "is_late": row.state in TO_WRITE and row.due_on < clock.today(),
            "figures": _figures(row, may_write),
            "approval": waiting.get(row.pk) if row.author_id != actor.user_id else None,
            "can_write": may_write and row.state != SelfCheckState.SIGNED,
        }
        for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)
    ]


def _figures(row: SelfCheck, may_write: bool) -> list[dict[str, Any]]:
    kept = row.figures or (count_period(row.first_on, row.last_on) if may_write else [])
    return [{"label": one[language()], "count": one["count"]} for one in kept]


@query(NOTICES, needs=Permission.SELF_CHECK_WRITE, zh="半年自查提醒", en="Notices of self-checks")
def self_check_notices() -> list[dict[str, Any]]:
    """Return one notice for each self-check that is to be written."""
    return [
        notice(
            f"{NOTICES}:{row.pk}:{row.state}:{row.due_on < clock.today()}",
            bilingual(
                "{period}的自查须在 {day} 前完成",
                "The self-check of {period} is due by {day}",
                period=str(row),
                day=row.due_on.isoformat(),
            ),
            at=row.last_on.isoformat(),
            url="/compliance/self-checks/",
            tone="bad" if row.due_on < clock.today() else "warn",
        )
        for row in SelfCheck.objects.filter(state__in=TO_WRITE).order_by("first_on")
    ]


declare(NoticeSource(NOTICES, bilingual("半年自查", "Self-checks"), "shield", order=32))

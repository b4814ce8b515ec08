"""Notifications: unacknowledged breaches of the reader's clients, reviews to write and to sign off."""

from datetime import timedelta
from typing import Any

from dakehu.domains.risk.choices import BreachKind, ReviewState
from dakehu.domains.risk.models import Breach, StrategyReview
from dakehu.domains.risk.reviews.rules import SOON_DAYS
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

TO_ACKNOWLEDGE, TO_SIGN, TO_WRITE = "risk.breach_notices", "risk.review_notices", "risk.due_review_notices"
MOST = 10
KINDS = {kind.value: kind for kind in BreachKind}


@query(TO_ACKNOWLEDGE, needs=Permission.LINE_WRITE, zh="超限提醒", en="Notices of breaches")
def breach_notices() -> list[dict[str, Any]]:
    """Return one notice for each breach of the reader's own clients that is far beyond its limit and not acknowledged."""
    me = current_actor().user_id
    rows = Breach.objects.filter(
        cleared_on=None,
        acknowledged_at=None,
        severity="strong",
        client__coverage__user_id=me,
        client__coverage__until=None,
    )
    return [
        notice(
            f"{TO_ACKNOWLEDGE}:{row.pk}",
            bilingual(
                "{name} · {kind_zh} {about}",
                "{name} · {kind_en} {about}",
                name=name_of(row.client, current_actor().clearance),
                kind_zh=KINDS[str(row.kind)].zh,
                kind_en=KINDS[str(row.kind)].en,
                about=row.about,
            ),
            at=row.started_on.isoformat(),
            url=f"/clients/{row.client_id}/?tab=risk",
            tone="bad",
            outside=bilingual("有客户严重超限，请在系统查看", "A client is far beyond a limit: see the desk"),
        )
        for row in rows.select_related("client").order_by("-started_on", "pk")[:MOST]
    ]


@query(TO_SIGN, needs=Permission.REVIEW_SIGN, zh="待签署的策略回顾", en="Strategy reviews to sign")
def review_notices() -> list[dict[str, Any]]:
    """Return one notice for each review that waits for the reader's sign-off."""
    rows = StrategyReview.objects.filter(state=ReviewState.WAITING.value).exclude(author_id=current_actor().user_id)
    return [
        notice(
            f"{TO_SIGN}:{row.pk}:{row.row_version}",
            bilingual(
                "{name} 的策略回顾待您签署",
                "The review of {name} waits for your sign-off",
                name=name_of(row.client, current_actor().clearance),
            ),
            at=clock.today().isoformat(),
            url=f"/clients/{row.client_id}/?tab=risk",
            tone="warn",
            outside=bilingual("有策略回顾待签署，请在系统查看", "A strategy review waits for sign-off: see the desk"),
        )
        for row in rows.select_related("client").order_by("due_on", "pk")[:MOST]
    ]


@query(TO_WRITE, needs=Permission.REVIEW_WRITE, zh="待填写的策略回顾", en="Strategy reviews to write")
def due_review_notices() -> list[dict[str, Any]]:
    """Return one notice for each review of the reader's own clients that is due within ten days, late or returned."""
    rows = StrategyReview.objects.filter(
        state__in=(ReviewState.DUE.value, ReviewState.RETURNED.value),
        due_on__lte=clock.today() + timedelta(days=SOON_DAYS),
        client__coverage__user_id=current_actor().user_id,
        client__coverage__role="main",
        client__coverage__until=None,
    )
    return [
        notice(
            f"{TO_WRITE}:{row.pk}:{row.state}",
            bilingual(
                "{name} 的策略回顾应于 {day} 完成",
                "The review of {name} is due on {day}",
                name=name_of(row.client, current_actor().clearance),
                day=row.due_on.isoformat(),
            ),
            at=row.due_on.isoformat(),
            url=f"/clients/{row.client_id}/?tab=risk",
            tone="bad" if row.due_on < clock.today() else "warn",
            outside=bilingual("有策略回顾到期，请在系统查看", "A strategy review is due: see the desk"),
        )
        for row in rows.select_related("client").order_by("due_on", "pk")[:MOST]
    ]


declare(NoticeSource(TO_WRITE, bilingual("待填写的策略回顾", "Strategy reviews to write"), "list-checks", order=44))
declare(NoticeSource(TO_ACKNOWLEDGE, bilingual("严重超限", "Far beyond a limit"), "shield", order=42))
declare(NoticeSource(TO_SIGN, bilingual("待签署的策略回顾", "Strategy reviews to sign"), "circle-check", order=43))

"""Notifications: one's own frozen appraisal while one may object, and matters that wait for the reader's decision."""

from datetime import date
from typing import Any

from dakehu.domains.appraisal.choices import DecisionState, PeriodState
from dakehu.domains.appraisal.models import Adjustment, Appraisal, Objection
from dakehu.domains.appraisal.objections.rules import last_day
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

WAITING = "appraisal.notices"
OUTSIDE = bilingual("有一项考核事项待您查看", "Something of an appraisal waits for you")  # no name is sent outside
OPEN = {"state": DecisionState.OPEN.value}


@query(WAITING, needs=Permission.APPRAISAL_OWN, zh="考核提醒", en="Notices of appraisal")
def appraisal_notices() -> list[dict[str, Any]]:
    """Return one notice for one's own appraisal while one may object, and for each decision that the reader may take."""
    me = current_actor().user_id
    return [*_own(me), *(_decisions(me) if current_actor().may(Permission.APPRAISAL_ALL) else [])]


def _own(me: int | None) -> list[dict[str, Any]]:
    """Return the notices of the reader's own appraisals in periods that are frozen or talked."""
    states = (PeriodState.FROZEN.value, PeriodState.TALKED.value)
    found = []
    for row in Appraisal.objects.filter(user_id=me, period__state__in=states).select_related("period").order_by("pk"):
        begin = row.talked_on or clock.local(row.period.frozen_at or clock.now()).date()
        ends_on = last_day(begin, trading_days.is_trading_day)
        if clock.today() <= ends_on:
            words = bilingual(
                "“{period}”的考核结果已可查看，{day} 前可以提出异议",
                "Your appraisal of “{period}” is there; you may object until {day}",
                period=row.period.name,
                day=ends_on.isoformat(),
            )
            found.append(_notice(f"own:{row.pk}:{ends_on}", words, begin, row.pk, ""))
    return found


def _decisions(me: int | None) -> list[dict[str, Any]]:
    """Return the notices of objections and adjustments that the reader may decide."""
    objections = Objection.objects.filter(**OPEN).exclude(appraisal__user_id=me).select_related("appraisal__user")
    adjustments = Adjustment.objects.filter(**OPEN).exclude(appraisal__user_id=me).exclude(proposed_by_id=me)
    found = []
    for one in objections.order_by("pk"):
        words = bilingual(
            "{name} 的考核异议待裁定，{day} 前答复",
            "An objection of {name} waits for a decision by {day}",
            name=one.appraisal.user.name,
            day=one.due_on.isoformat(),
        )
        found.append(_notice(f"objection:{one.pk}", words, one.raised_on, one.appraisal_id, "warn"))
    for one in adjustments.select_related("appraisal__user").order_by("pk"):
        words = bilingual(
            "{name} 的得分调整待决定", "An adjustment of {name} waits for a decision", name=one.appraisal.user.name
        )
        found.append(
            _notice(f"adjustment:{one.pk}", words, clock.local(one.created_at).date(), one.appraisal_id, "warn")
        )
    return found


def _notice(key: str, words: Bilingual, at: date, appraisal: int, tone: str) -> dict[str, Any]:
    url = f"/appraisal/{appraisal}/"
    return notice(f"{WAITING}:{key}", words, at=at.isoformat(), url=url, tone=tone, outside=OUTSIDE)


declare(NoticeSource(WAITING, bilingual("考核提醒", "Appraisal"), "target", order=45))

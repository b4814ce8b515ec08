"""Notifications of ideas: changes of one's own, undecided ones that one sponsors, ideas without a sponsor."""

from datetime import timedelta
from typing import Any

from dakehu.domains.innovation.choices import IdeaState
from dakehu.domains.innovation.models import Idea
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

IDEAS = "innovation.idea_notices"
NEWS_DAYS = 30  # for which a change of state is shown as a notification
SPONSOR_DAYS = 60  # [D] after which a sponsor is reminded of an undecided idea
WAITING_DAYS = 14  # [D] after which sponsors are reminded of ideas without a sponsor
TONES = {IdeaState.DECLINED.value: "warn"}


@query(IDEAS, needs=Permission.IDEAS, zh="创意提醒", en="Notices of ideas")
def idea_notices() -> list[dict[str, Any]]:
    """Return one notice for each own idea that changed state within 30 days, and for each sponsored by the reader and undecided
    for 60 days; for sponsors one for all without a sponsor for two weeks."""
    found = [*_own(), *_sponsored()]
    return [*found, *_waiting()] if current_actor().may(Permission.IDEA_SPONSOR) else found


def _own() -> list[dict[str, Any]]:
    since = clock.today() - timedelta(days=NEWS_DAYS)
    rows = Idea.objects.filter(author_id=current_actor().user_id, moved_on__gte=since)
    return [
        notice(
            f"{IDEAS}:{row.pk}:{row.state}:{row.moved_on}",
            bilingual(
                "您的创意“{what}”：{state}{why}",
                "Your idea “{what}”: {state}{why}",
                what=row.title,
                state=IdeaState.text_of(str(row.state)),
                why=f"（{row.reason}）" if row.decided_by_id else "",
            ),
            at=row.moved_on.isoformat(),
            url=f"/ideas/{row.pk}/",
            tone=TONES.get(str(row.state), ""),
        )
        for row in rows.exclude(state=IdeaState.SUBMITTED.value).order_by("pk")
    ]


def _sponsored() -> list[dict[str, Any]]:
    until = clock.today() - timedelta(days=SPONSOR_DAYS)
    rows = Idea.objects.filter(sponsor_id=current_actor().user_id, state=IdeaState.SPONSORED.value, moved_on__lte=until)
    return [
        notice(
            f"{IDEAS}:{row.pk}:undecided:{row.moved_on}",
            bilingual(
                "您牵头的创意“{what}”超过 {n} 天没有进展，请安排试点或决定",
                "The idea “{what}” that you sponsor has not moved for {n} days: try it or decide",
                what=row.title,
                n=SPONSOR_DAYS,
            ),
            at=clock.today().isoformat(),
            url=f"/ideas/{row.pk}/",
            tone="warn",
        )
        for row in rows.order_by("pk")
    ]


def _waiting() -> list[dict[str, Any]]:
    until = clock.today() - timedelta(days=WAITING_DAYS)
    rows = Idea.objects.filter(state=IdeaState.SUBMITTED.value, filed_on__lte=until)
    numbers = list(rows.exclude(author_id=current_actor().user_id).order_by("-pk").values_list("pk", flat=True))
    if not numbers:
        return []
    text = bilingual(
        "{n} 个创意超过 {days} 天无人牵头",
        "{n} ideas without a sponsor for {days} days",
        n=len(numbers),
        days=WAITING_DAYS,
    )
    key, url = f"{IDEAS}:waiting:{numbers[0]}", f"/ideas/?state={IdeaState.SUBMITTED.value}"
    return [notice(key, text, at=clock.today().isoformat(), url=url, count=len(numbers))]


declare(NoticeSource(IDEAS, bilingual("创意", "Ideas"), "star", order=46))

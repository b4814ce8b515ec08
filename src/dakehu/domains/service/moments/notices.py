"""Notifications of moments: those passed or escalated to the reader, and mandatory ones of today."""

from datetime import timedelta
from typing import Any

from dakehu.domains.service.absences.standing_in import for_whom, reminded_for
from dakehu.domains.service.models import Moment, MomentState
from dakehu.domains.service.moments import rules
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

NEW = "service.moment_notices"
MOST = 20
ESCALATED = bilingual("升级给您：{name} · {kind}", "Escalated to you: {name} · {kind}")
PASSED = bilingual("转交给您：{name} · {kind}（{reason}）", "Passed to you: {name} · {kind} ({reason})")
MANDATORY = bilingual("必办：{name} · {kind}，{hour} 前", "Mandatory: {name} · {kind}, by {hour}")


@query(NEW, needs=Permission.MOMENT_WORK, zh="关键时刻提醒", en="Notices of moments")
def moment_notices() -> list[dict[str, Any]]:
    """Return open moments of the actor, also as deputy, that were escalated, passed on, or are mandatory and due today.

    At most twenty, the earliest deadline first; one with several reasons is listed once.
    """
    end = clock.start_of_day(clock.today() + timedelta(days=1))
    mine = Moment.objects.filter(owner_id__in=reminded_for(), state__in=rules.OPEN_STATES)
    mine = mine.exclude(snoozed_until__gt=clock.today()).select_related("client").order_by("due_at", "pk")
    rows = list(mine.filter(escalation__gt=0)[:MOST])
    rows += list(mine.filter(state=MomentState.PASSED.value, escalation=0)[:MOST])
    rows += list(
        mine.filter(mandatory=True, due_at__lt=end, escalation=0).exclude(state=MomentState.PASSED.value)[:MOST]
    )
    return [_notice(row) for row in sorted(rows, key=lambda row: row.due_at)[:MOST]]


def _notice(row: Moment) -> dict[str, Any]:
    """Return the notice of a moment: a new one whenever it is escalated or passed on."""
    step = f"{row.escalation}" if row.escalation else str(row.state)
    at = clock.local(row.due_at).isoformat(timespec="minutes")
    url = f"/today/moment:{row.pk}"
    tone = "bad" if row.mandatory else "warn"
    key = f"{NEW}:{row.pk}:{step}:{row.owner_id}"
    name = name_of(row.client, current_actor().clearance)
    outside = _text(row, str(row.client.code), bilingual("原因见系统", "see the desk for why"))
    return notice(key, _text(row, name, row.reason), at=at, url=url, tone=tone, outside=outside)


def _text(row: Moment, name: str, reason: Bilingual | str) -> Bilingual:
    """Return a notice's text on a client with a name."""
    column: Any = Moment._meta.get_field("kind")
    said = {
        "name": name,
        "kind": column.choice_set.text_of(row.kind),
        "reason": reason,
        "hour": f"{clock.local(row.due_at):%H:%M}",
    }
    text = ESCALATED if row.escalation else PASSED if row.state == MomentState.PASSED else MANDATORY
    own = bilingual(text.zh, text.en, **said)
    return bilingual("{own}{whose}", "{own}{whose}", own=own, whose=for_whom(row.owner_id))


declare(NoticeSource(NEW, bilingual("关键时刻", "Moments"), "shield", order=10))

"""The card of a client's page with the open moments, and the outcome of earlier ones."""

from typing import Any

from dakehu.domains.service.models import Moment, MomentOutcome, MomentState
from dakehu.domains.service.moments import rules as moment_rules
from dakehu.domains.service.queries import CLIENT
from dakehu.domains.service.today import rules, words
from dakehu.domains.service.today.queries import entry_of
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.client_cards import ClientCard, declare

CARD = "service.moments_card"
OPEN_SHOWN, PAST_SHOWN = 8, 12


@query(CARD, needs=Permission.SERVICE_READ, zh="客户关键时刻卡片", en="Card of a client's moments", parameters=CLIENT)
def moments_card(*, client: Any) -> dict[str, Any]:
    """Return the open moments of a client, most urgent first, and the latest that ended (foundation.schema.client_cards).

    Each with the values that fired it and the version of its rule; readers who are not cleared see kind and day only.
    """
    now = clock.local(clock.now()).replace(tzinfo=None)
    found = Moment.objects.filter(client=client).select_related("client", "owner")
    still_open = list(
        found.filter(state__in=moment_rules.OPEN_STATES).order_by("priority", "due_at", "pk")[:OPEN_SHOWN]
    )
    past = list(found.exclude(state__in=moment_rules.OPEN_STATES).order_by("-fired_on", "-pk")[:PAST_SHOWN])
    count = len(still_open)
    if not still_open and not past:
        return {"notes": [str(bilingual("没有需要处理的关键时刻。", "No moment needs work."))]}
    lead = bilingual("{n} 项待处理", "{n} to work", n=count) if count else bilingual("没有待处理", "Nothing to work")
    earlier = {"title": str(bilingual("过往", "Earlier")), "lines": [_render_ended_moment(row) for row in past]}
    return {
        "lead": str(lead),
        "lines": [_render_open_moment(row, now) for row in still_open],
        "more": [earlier] if past else [],
    }


def _render_open_moment(row: Moment, now: Any) -> dict[str, str]:
    """Return one open moment: its title; reason, deadline and owner."""
    entry = entry_of("moment", row)
    said = [str(rules.deadline_words(entry.due, now)), row.owner.name if row.owner else "", _moment_reason(row)]
    tone = rules.tone_of(entry, now)
    return {"what": words.title(row), "text": " · ".join(one for one in said if one), "tone": tone}


def _render_ended_moment(row: Moment) -> dict[str, str]:
    """Return one moment that ended: its title; its day, outcome, the rule's version and reason."""
    became = MomentOutcome.text_of(row.outcome) if row.outcome else MomentState.text_of(row.state)
    version = bilingual("规则第 {n} 版", "rule version {n}", n=row.rule_version)
    said = [row.fired_on.isoformat(), str(became), str(version), _moment_reason(row)]
    return {"what": words.title(row), "text": " · ".join(one for one in said if one)}


def _moment_reason(row: Moment) -> str:
    """Return why a moment fired, "" for a reader who is not cleared for the values."""
    return str(words.moment_reason(row)) if current_actor().clearance >= PERSONAL else ""


declare(ClientCard(CARD, "关键时刻", "Moments", CARD, order=10))

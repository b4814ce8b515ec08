"""Read the delivery log: messages sent, their channel and outcome, and messages held back with the rule."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from dakehu.domains.service.deliveries.client_rules import rule_text
from dakehu.domains.service.deliveries.kinds import (
    AGAIN,
    AUTOMATIC,
    SENT,
    WAITING,
    DeliveryChannel,
    DeliveryKind,
    DeliveryState,
)
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.service.models import Delivery
from dakehu.foundation.access.actor import Reach, current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import language
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

DAYS, MOST_DAYS = 7, 400
ROWS, MOST_ROWS = 100, 1000
ENDED_BADLY = ("failed_final", "bounced")
OPEN = (*WAITING, "sending", "unknown")

PERIOD = Parameter("days", required=False, kind="integer", spec=FieldSpec("天数", "Days"))
CHANNEL = Parameter("channel", required=False, choice_set=DeliveryChannel, spec=FieldSpec("渠道", "Channel"))
KIND = Parameter("kind", required=False, choice_set=DeliveryKind, spec=FieldSpec("种类", "Kind"))
STATE = Parameter("state", required=False, choice_set=DeliveryState, spec=FieldSpec("状态", "State"))
LIMIT = Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "Rows"))


def visible_condition() -> Q:
    """Return the deliveries visible in the log: of clients in scope and without one; for a lead the team's."""
    actor = current_actor()
    if actor.is_system:
        return Q()
    of_client = Q(client__in=model_of("clients.Client").objects.values("pk"))
    if actor.reach is Reach.COVERED:
        of_team = Q(recipient__in=actor.covers) | Q(sent_by__in=actor.covers)
        return of_client | (Q(client=None) & of_team)
    return of_client | Q(client=None)


@query(
    "service.deliveries",
    needs=Permission.DELIVERY_READ,
    zh="送达记录",
    en="The delivery log",
    parameters=(PERIOD, CHANNEL, KIND, STATE, LIMIT),
)
def deliveries(
    *,
    days: int | None = None,
    channel: str | None = None,
    kind: str | None = None,
    state: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Return the deliveries queued in the last `days` (7), and all that have not ended, with their counts.

    {days, total, states: [{state, label, count}] adding up to total, channels: [{channel, label, total, queued, sent,
    failed, retried, unknown, sent_again, suppressed}], rules: [{rule, label, count}], mail: {is_on, failing_since,
    failure}, deliveries: [{id, …}], latest first, at most `limit` (100)}. `channel`, `kind` and `state` choose the
    rows; counts are of all. `retried` had more than one attempt; `unknown` waits for a person; `sent_again` was unknown
    once and was sent again under the same Message-ID.
    """
    period = min(max(days or DAYS, 1), MOST_DAYS)
    condition = visible_condition()
    with elevated("read the delivery log"):
        since = clock.now() - timedelta(days=period)
        rows = Delivery.objects.filter(condition).filter(Q(created_at__gte=since) | Q(state__in=OPEN))
        counted = _counts(rows)
        chosen = {"channel": channel, "kind": kind, "state": state}
        found = rows.filter(**{name: value for name, value in chosen.items() if value})
        found = found.select_related("client", "recipient", "sent_by").order_by("-pk")
        shown = [_row(row) for row in found[: min(limit or ROWS, MOST_ROWS)]]
    settings = message_settings()
    mail = {"is_on": settings.mail_on, "failing_since": settings.failing_since, "failure": settings.failure}
    return {"days": period, **counted, "mail": mail, "deliveries": shown}


def _counts(rows: Any) -> dict[str, Any]:
    """Return counts by state, by channel and by rule."""
    by_state = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    per_channel = (
        rows.order_by()
        .values("channel")
        .annotate(
            total=Count("pk"),
            queued=Count("pk", filter=Q(state__in=(*WAITING, "sending"))),
            sent=Count("pk", filter=Q(state__in=SENT)),
            failed=Count("pk", filter=Q(state__in=ENDED_BADLY)),
            unknown=Count("pk", filter=Q(state="unknown")),
            suppressed=Count("pk", filter=Q(state="suppressed")),
            retried=Count("pk", filter=Q(attempts__gt=1)),
            sent_again=Count("pk", filter=Q(was_unknown__gt=0) & ~Q(state="unknown")),
        )
    )
    by_rule = rows.filter(state="suppressed").order_by().values_list("rule").annotate(n=Count("pk"))
    return {
        "total": sum(by_state.values()),
        "states": [
            {"state": one.value, "label": one.text, "count": by_state[one.value]}
            for one in DeliveryState
            if by_state.get(one.value)
        ],
        "channels": [
            {**one, "label": DeliveryChannel.text_of(one["channel"])}
            for one in sorted(per_channel, key=lambda one: -one["total"])
        ],
        "rules": [
            {"rule": rule, "label": rule_text(rule), "count": count}
            for rule, count in sorted(by_rule, key=lambda one: -one[1])
        ],
    }


def _row(row: Delivery) -> dict[str, Any]:
    """Return one delivery for pages: its recipient by name or code, never its text."""
    return {
        "id": row.pk,
        "at": row.created_at,
        "due_at": row.due_at,
        "sent_at": row.sent_at,
        "channel": str(row.channel),
        "channel_text": DeliveryChannel.text_of(str(row.channel)),
        "kind": str(row.kind),
        "kind_text": DeliveryKind.text_of(str(row.kind)),
        "title": row.title,
        "recipient": row.recipient.name if row.recipient else "",
        "client": row.client_id,
        "client_code": row.client.code if row.client else "",
        "address": row.address.masked() if row.address else "",
        "state": str(row.state),
        "state_text": DeliveryState.text_of(str(row.state)),
        "rule": row.rule,
        "rule_text": rule_text(row.rule) if row.rule else "",
        "attempts": row.attempts,
        "sent_again": row.was_unknown > 0 and row.state != "unknown",
        "answer": row.answer,
        "message_id": row.message_id,
        "sent_by": row.sent_by.name if row.sent_by else "",
        "history": list(_steps(row.history)),
        "may_go_again": row.state in AGAIN and row.channel in AUTOMATIC and bool(row.address),
        "may_be_stopped": row.state in WAITING,
    }


def _steps(history: list[dict[str, str]]) -> Iterable[dict[str, Any]]:
    """Yield the steps of a delivery in the reader's language."""
    for one in history:
        yield {
            "at": datetime.fromisoformat(one["at"]),
            "state": one["state"],
            "state_text": DeliveryState.text_of(one["state"]),
            "note": one[language()],
        }


def delivery_state(key: str) -> list[dict[str, Any]]:
    """Return the deliveries of a message by its key: [{id, state, rule, sent_at}]. For its sender; ignores scope."""
    with elevated("look up what became of a message"):
        return list(Delivery.objects.filter(key=key).order_by("pk").values("id", "state", "rule", "sent_at"))

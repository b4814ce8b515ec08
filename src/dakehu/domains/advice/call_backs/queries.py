"""Queries: the call-backs that are due, new clients without one, and the progress of the year's share."""

from datetime import timedelta
from typing import Any

from dakehu.domains.advice.call_backs import rules
from dakehu.domains.advice.choices import CallBackReason, CallBackResult, CallBackState
from dakehu.domains.advice.models import CallBack
from dakehu.domains.advice.parameters import CLIENT
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import model_of

MOST = 200


@query("advice.call_backs", needs=Permission.CALL_BACK, zh="回访名单", en="Call-backs")
def call_backs() -> dict[str, Any]:
    """Return the open call-backs by due day, the latest done, new clients without one, and the year's share.

    Returns {open, done: [{id, client, client_id, reason, due_on, is_late, not_before, is_waiting, is_own, operator, held_at,
    result, tone}], new_clients: [{client, client_id, opened_on, due_on, is_late}], share: {called, clients, target}}.
    """
    today, now = clock.today(), clock.now()
    rows = CallBack.objects.select_related("client", "operator")
    waiting = rows.filter(state=CallBackState.OPEN.value).order_by("due_on", "pk")[:MOST]
    done = rows.exclude(state=CallBackState.OPEN.value).order_by("-held_at", "-pk")[:20]
    own = _own_clients()
    return {
        "open": [_line(row, today, now, own) for row in waiting],
        "done": [_line(row, today, now, own) for row in done],
        "new_clients": _new_clients(today),
        "share": _share(today),
    }


def _line(row: CallBack, today: Any, now: Any, own: set[int]) -> dict[str, Any]:
    """Return a call-back as plain values. `is_own`: the reader serves the client and may not call."""
    tones = {CallBackState.DONE.value: "good", CallBackState.OBJECTED.value: "bad"}
    return {
        "id": row.pk,
        "client": name_of(row.client, current_actor().clearance),
        "client_id": row.client_id,
        "reason": CallBackReason.text_of(str(row.reason)),
        "due_on": row.due_on.isoformat(),
        "is_late": row.due_on < today,
        "not_before": clock.local(row.not_before).strftime("%Y-%m-%d %H:%M") if row.not_before else "",
        "is_waiting": row.not_before is not None and now < row.not_before,
        "is_own": row.client_id in own,
        "operator": row.operator.name if row.operator else "",
        "held_at": clock.local(row.held_at).strftime("%Y-%m-%d %H:%M") if row.held_at else "",
        "result": CallBackResult.text_of(str(row.result)) if row.result else "",
        "tone": tones.get(str(row.state), ""),
    }


def _own_clients() -> set[int]:
    """Return the ids of clients that the reader serves."""
    rows = model_of("clients.Coverage").objects.filter(user_id=current_actor().user_id, until=None)
    return set(rows.values_list("client_id", flat=True))


def _new_clients(today: Any) -> list[dict[str, Any]]:
    """Return the clients opened within three months without a planned call-back."""
    planned = CallBack.objects.filter(reason=CallBackReason.NEW_CLIENT.value).values("client_id")
    rows = model_of("clients.Client").objects.filter(opened_on__gte=today - timedelta(days=90), opened_on__lte=today)
    rows = rows.filter(status="active").exclude(pk__in=planned).order_by("opened_on", "pk")[:50]
    clearance = current_actor().clearance
    days = timedelta(days=rules.NEW_CLIENT_DAYS)
    return [
        {
            "client": name_of(row, clearance),
            "client_id": row.pk,
            "opened_on": row.opened_on.isoformat(),
            "due_on": (row.opened_on + days).isoformat(),
            "is_late": row.opened_on + days < today,
        }
        for row in rows
    ]


def _share(today: Any) -> dict[str, int]:
    """Return how many visible clients were called back this year, and the target number."""
    clients = model_of("clients.Client").objects.filter(status="active").count()
    called = CallBack.objects.filter(held_at__gte=clock.start_of_day(today.replace(month=1, day=1)))
    called = called.exclude(state=CallBackState.OPEN.value)
    return {
        "called": called.values("client_id").distinct().count(),
        "clients": clients,
        "target": rules.yearly_target(clients),
    }


@query(
    "advice.client_call_backs",
    needs=Permission.SUITABILITY_READ,
    zh="客户的回访",
    en="Call-backs of a client",
    parameters=(CLIENT,),
)
def client_call_backs(*, client: Any) -> Any:
    """Return the call-backs of a client, the latest first."""
    return CallBack.objects.filter(client=client).select_related("operator").order_by("-id")

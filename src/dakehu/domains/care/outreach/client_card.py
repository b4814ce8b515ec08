"""The card of a client's page: calls after shocks and cases of distress."""

from typing import Any

from dakehu.domains.care.distress.choices import CaseState
from dakehu.domains.care.models import DistressCase, OutreachCall
from dakehu.domains.care.outreach import words
from dakehu.domains.care.outreach.choices import CallState
from dakehu.domains.care.permissions import OUTREACH_READ
from dakehu.domains.service.queries import CLIENT
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.client_cards import ClientCard, declare

CARD = "care.outreach_card"
SHOWN = 3


@query(CARD, needs=OUTREACH_READ, zh="急跌致电卡片", en="Card of calls after shocks", parameters=CLIENT)
def outreach_card(*, client: Any) -> dict[str, Any]:
    """Return the latest calls after a shock and the open cases of distress of a client (foundation.schema.client_cards)."""
    calls = list(
        OutreachCall.objects.filter(client=client)
        .select_related("outreach", "caller")
        .order_by("-outreach__day")[:SHOWN]
    )
    is_open = DistressCase.objects.filter(client=client, state=CaseState.OPEN.value).exists()
    if not calls and not is_open:
        return {}
    found: dict[str, Any] = {
        "lines": [
            {
                "what": f"{call.outreach.day.isoformat()} · {_state(call)}",
                "text": " · ".join(
                    part for part in (call.caller.name if call.caller else "", _contact_time_text(call)) if part
                ),
                "tone": "warn" if is_waiting(call) else "",
            }
            for call in calls
        ],
    }
    if is_open:
        found |= {"lead": str(bilingual("有未了结的情绪个案", "A case of distress is open")), "tone": "bad"}
    if calls:
        found["page"] = {
            "text": str(bilingual("打开致电单", "Open the sheet")),
            "url": f"/outreach/calls/{calls[0].pk}/",
        }
    return found


def is_waiting(call: OutreachCall) -> bool:
    """Return whether a call is still to be made: open, and the last day of calls has not passed."""
    return call.state == CallState.OPEN and call.outreach.ends_on >= clock.today()


def _state(call: OutreachCall) -> str:
    """Return the state as text; an open call after the last day counts as not reached."""
    if call.state == CallState.OPEN and not is_waiting(call):
        return str(bilingual("未联系上", "Not reached"))
    return CallState.text_of(call.state)


def _contact_time_text(call: OutreachCall) -> str:
    """Return when the client was reached, or is called next; with the loss of that day."""
    lost = words.share(call.day_return)
    if call.state == CallState.REACHED:
        return str(
            bilingual("{day} 联系上 · 当日 {lost}", "reached {day} · that day {lost}", day=call.reached_on, lost=lost)
        )
    if is_waiting(call):
        return str(
            bilingual("{day} 致电 · 当日 {lost}", "call on {day} · that day {lost}", day=call.next_on, lost=lost)
        )
    return ""


declare(ClientCard(CARD, "急跌致电", "Calls after a shock", CARD, order=42))

"""Whether a text may be sent to a client now: every rule that refuses it, by its name."""

from datetime import datetime, timedelta
from typing import Any

from dakehu.domains.clients.marketing import find_running_freeze
from dakehu.domains.clients.queries import consents
from dakehu.domains.service.deliveries.client_rules import OFFERS, ClientFacts, Refusal, refusals
from dakehu.domains.service.deliveries.kinds import SENT
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.service.models import Delivery, Request, RequestKind, RequestState
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base import clock


def may_send(client: Any, channel: str, kind: str, moment: datetime | None = None) -> list[Refusal]:
    """Return why a text of a kind may not go to a client by a channel at a moment (now); nothing where it may.

    Asked again when the text is sent. Whatever the actor may see, all that refuses is found.
    """
    with elevated("ask whether a client may be written to"):
        facts = _facts(client)
    return refusals(facts, channel, kind, clock.local(moment or clock.now()))


def _facts(client: Any) -> ClientFacts:
    settings = message_settings()
    since = clock.now() - timedelta(days=settings.contact_days)
    sent = Delivery.objects.filter(client=client, recipient=None, kind__in=OFFERS, state__in=(*SENT, "unknown"))
    complaints = Request.objects.filter(client=client, kind=RequestKind.COMPLAINT.value)
    stated = consents(client=client).order_by("stated_on", "pk")
    return ClientFacts(
        status=str(client.status),
        consents=tuple(stated.values_list("stated_on", "purpose", "channel", "state")),
        has_complaint=complaints.exclude(state=RequestState.CLOSED.value).exists(),
        is_paused=find_running_freeze(client) is not None,
        contacts=sent.filter(sent_at__gte=since).count(),
        most_contacts=settings.most_contacts,
        quiet_from=settings.quiet_from,
        quiet_until=settings.quiet_until,
    )

"""Whether a text may be sent to clients now: every rule that refuses it, by its name."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from dakehu.domains.clients.consents import statements_of
from dakehu.domains.compliance.complaints.store import complaining_clients
from dakehu.domains.service.deliveries.client_rules import OFFERS, ClientFacts, Refusal, refusals
from dakehu.domains.service.deliveries.kinds import SENT
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.service.models import Delivery
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.schema.fields import model_of


def may_send(client: Any, channel: str, kind: str, moment: datetime | None = None) -> list[Refusal]:
    """Return why a text of a kind may not go to a client by a channel at a time (now); empty if it may.

    Checked again when the text is sent. All refusals are found regardless of the actor's scope.
    """
    return refusals_by_client([client.pk], channel, kind, moment)[client.pk]


def refusals_by_client(
    clients: Iterable[int], channel: str, kind: str, moment: datetime | None = None
) -> dict[int, list[Refusal]]:
    """Return {client id: what may_send returns} for many clients; unknown ids are left out."""
    local, found = clock.local(moment or clock.now()), dict[int, list[Refusal]]()
    with elevated("ask whether clients may be written to"):
        for numbers in chunks(set(clients)):
            for number, facts in _facts(numbers).items():
                found[number] = refusals(facts, channel, kind, local)
    return found


def _facts(numbers: list[int]) -> dict[int, ClientFacts]:
    """Return the inputs of the rules, by client."""
    settings = message_settings()
    since = clock.now() - timedelta(days=settings.contact_days)
    of = {"client_id__among": numbers}
    sent = Delivery.objects.filter(**of, recipient=None, kind__in=OFFERS, state__in=(*SENT, "unknown"))
    contacts = Counter(sent.filter(sent_at__gte=since).values_list("client_id", flat=True))
    complaining, frozen = complaining_clients(numbers)
    pauses = model_of("clients.MarketingFreeze").objects.filter(**of, lifted_on=None)
    paused = set(pauses.values_list("client_id", flat=True))
    consents = statements_of(numbers)
    rows = model_of("clients.Client").objects.filter(pk__among=numbers)
    return {
        number: ClientFacts(
            status=str(status),
            consents=tuple(consents.get(number, ())),
            has_complaint=number in complaining,
            is_paused=number in paused,
            is_frozen=number in frozen,
            contacts=contacts[number],
            most_contacts=settings.most_contacts,
            quiet_from=settings.quiet_from,
            quiet_until=settings.quiet_until,
        )
        for number, status in rows.values_list("pk", "status")
    }

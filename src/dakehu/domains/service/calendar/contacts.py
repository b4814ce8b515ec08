"""Read the inputs of the next contact of clients: tiers' standards, clients' wishes, and earlier contacts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Max

from dakehu.domains.service.calendar import contact_rules
from dakehu.domains.service.calendar.contact_rules import CONTACTS, NextContact, Standard, Wish
from dakehu.domains.service.models import ContactPlan, Interaction
from dakehu.domains.tiers import schemes, standards
from dakehu.foundation.base import clock
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import model_of

AHEAD = 400  # days whose holidays are read together
NOT_CONTACTED = ("closed", "restricted")  # states of clients


@dataclass(frozen=True)
class Book:
    """Inputs of some clients. tiers: {client: (code, rank)}, last: {client: {kind of contact: day}}."""

    standards: Mapping[str, Standard]
    tiers: Mapping[int, tuple[str, int]]
    wishes: Mapping[int, Wish]
    last: Mapping[int, Mapping[str, date]]
    today: date

    @cached_property
    def open_days(self) -> frozenset[date]:
        """Future trading days; read only if a contact is owed."""
        return frozenset(trading_days.trading_days_between(self.today, self.today + timedelta(days=AHEAD)))

    def next_of(self, client: int) -> NextContact:
        """Return the next contact of a client of the book."""
        code = self.tiers.get(client, ("", 0))[0]
        standard = self.standards.get(code, Standard(code))
        wish = self.wishes.get(client, Wish())
        return contact_rules.next_contact(standard, self.last.get(client, {}), wish, self.today, self.is_open)

    def is_open(self, day: date) -> bool:
        """Return whether people work on a day; beyond the days read every weekday is a working day."""
        return day in self.open_days if (day - self.today).days < AHEAD else day.weekday() < 5

    def rank_of(self, client: int) -> int:
        """Return the rank of a client's tier, 0 without one."""
        return self.tiers.get(client, ("", 0))[1]


def standards_in_force(day: date) -> dict[str, Standard]:
    """Return {code of a tier: contacts owed to its clients} by the scheme in force; {} if none is."""
    scheme = schemes.find_scheme_in_force(day)
    if scheme is None:
        return {}
    return {
        str(tier.code): Standard(
            str(tier),
            {kind: days for kind, days in standards.standard_of(tier).every_days.items() if kind in CONTACTS},
            tier.contact_every_days,
        )
        for tier in schemes.tiers_of(scheme)
    }


def book_of(clients: Iterable[int]) -> Book:
    """Read the inputs of the next contact of some visible clients."""
    ids, today = sorted(set(clients)), clock.today()
    rows: Any = model_of("tiers.ClientTier").objects.filter(client_id__among=ids)
    tiers = {client: (code, rank) for client, code, rank in rows.values_list("client_id", "code", "rank")}
    return Book(
        standards_in_force(today) if tiers else {},
        tiers,
        {row.client_id: wish_of(row) for row in ContactPlan.objects.filter(client_id__among=ids)},
        last_contacts(ids),
        today,
    )


def wish_of(row: ContactPlan) -> Wish:
    """Return the wishes of a client as input of the rules."""
    return Wish(
        channel=str(row.channel),
        every_days=row.every_days,
        days=contact_rules.days_of(row.days),
        no_contact=row.no_contact,
        no_contact_until=row.no_contact_until,
        moved_to=row.next_on,
        moved_reason=row.postponed_reason,
        moved_at=row.postponed_on,
    )


def last_contacts(clients: list[int]) -> dict[int, dict[str, date]]:
    """Return {client: {kind of contact: day of the latest}} from the interactions."""
    rows = Interaction.objects.filter(client_id__among=clients).order_by().values("client_id", "channel")
    found: dict[int, dict[str, date]] = {}
    for row in rows.annotate(latest=Max("held_at")):
        kind = contact_rules.kind_of(row["channel"])
        day = clock.local(row["latest"]).date()
        kinds = found.setdefault(row["client_id"], {})
        kinds[kind] = max(day, kinds.get(kind, day))
    return found


def served_by(user: int) -> list[int]:
    """Return the ids of the visible clients of a main manager, except former or restricted ones."""
    rows: Any = model_of("clients.Coverage").objects.filter(user_id=user, until=None, role="main")
    return list(
        rows.exclude(client__status__in=NOT_CONTACTED).order_by("client_id").values_list("client_id", flat=True)
    )

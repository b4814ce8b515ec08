"""The contacts that a service standard promises a month, and the hours they take. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

CHANNELS = ("call", "message", "visit", "report")
DAYS_A_MONTH = 365.25 / 12
MINUTES_AN_HOUR = 60


@dataclass(frozen=True)
class Standard:
    """The days between contacts of a tier by channel; no contact is due on a channel that is absent."""

    every_days: Mapping[str, int]

    def contacts(self) -> dict[str, float]:
        """Return {channel: contacts a month with one client}."""
        return {channel: DAYS_A_MONTH / days for channel, days in self.every_days.items()}


def promised_contacts(counts: Mapping[str, int], standards: Mapping[str, Standard]) -> dict[str, float]:
    """Return {channel: contacts a month} promised to the given numbers of clients by tier."""
    total = dict.fromkeys(CHANNELS, 0.0)
    for code, count in counts.items():
        for channel, often in standards[code].contacts().items() if code in standards else ():
            total[channel] += count * often
    return total


def hours(contacts: Mapping[str, float], minutes: Mapping[str, int]) -> float:
    """Return the hours a month that these contacts take."""
    return sum(often * minutes[channel] for channel, often in contacts.items()) / MINUTES_AN_HOUR


def available(hours_per_day: Decimal, working_days: float, reserve: Decimal) -> float:
    """Return the hours a month that one person has for clients, without the reserve for meetings and unplanned work."""
    return float(hours_per_day) * working_days * (1 - float(reserve))


def share(needed: float, there: float) -> float | None:
    """Return the share of the available hours that is needed, None where none are available."""
    return needed / there if there > 0 else None


def counts_of(codes: Iterable[str | None]) -> dict[str, int]:
    """Return {tier: number of clients}; those without a tier are left out."""
    found: dict[str, int] = {}
    for code in codes:
        if code:
            found[code] = found.get(code, 0) + 1
    return found

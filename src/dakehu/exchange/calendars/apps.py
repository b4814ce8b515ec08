"""Configure the app of calendars outside the desk."""

from dakehu.foundation.domain_config import DomainConfig


class CalendarsConfig(DomainConfig):
    """Calendars outside: their tables, permissions, actions, queries, job and step of the night register themselves."""

    name = "dakehu.exchange.calendars"
    label = "calendars"

"""Configure the app of external calendars."""

from dakehu.foundation.domain_config import DomainConfig


class CalendarsConfig(DomainConfig):
    """External calendars: their tables, permissions, actions, queries, job and nightly step register themselves."""

    name = "dakehu.exchange.calendars"
    label = "calendars"

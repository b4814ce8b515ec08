"""Configure the house app."""

from dakehu.foundation.base import house_values
from dakehu.foundation.domain_config import DomainConfig


class HouseConfig(DomainConfig):
    name = "dakehu.domains.house"
    label = "house"

    def ready(self) -> None:
        super().ready()
        from dakehu.domains.house import queries

        house_values.set_source(queries.stored_values)

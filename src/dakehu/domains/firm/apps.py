"""Configure the firm app."""

from dakehu.foundation.base import firm_settings
from dakehu.foundation.domain_config import DomainConfig


class FirmConfig(DomainConfig):
    name = "dakehu.domains.firm"
    label = "firm"

    def ready(self) -> None:
        super().ready()
        from dakehu.domains.firm import queries

        firm_settings.set_source(queries.stored_values)

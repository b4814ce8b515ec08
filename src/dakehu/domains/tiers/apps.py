"""Configure the tiers app, which adds the tier to the columns of a client."""

from dakehu.foundation.domain_config import DomainConfig


class TiersConfig(DomainConfig):
    name = "dakehu.domains.tiers"
    label = "tiers"

    def ready(self) -> None:
        super().ready()
        from dakehu.domains.tiers.permissions import TIERS_READ
        from dakehu.foundation.schema.related_columns import ColumnExtension, extend

        columns = ("code", "since", "watch_since", "contact_due_on", "value_percent", "frequency", "override_until")
        extend("clients.Client", ColumnExtension("tiers.ClientTier", "tier", "client_id", columns, TIERS_READ))

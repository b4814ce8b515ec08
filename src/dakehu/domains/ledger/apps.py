"""Configure the ledger app, which adds its figures to the columns of a client."""

from dakehu.foundation.domain_config import DomainConfig


class LedgerConfig(DomainConfig):
    name = "dakehu.domains.ledger"
    label = "ledger"

    def ready(self) -> None:
        super().ready()
        from dakehu.domains.ledger.models.figures import LISTS
        from dakehu.domains.ledger.permissions import LEDGER_READ
        from dakehu.foundation.schema.related_columns import ColumnExtension, extend

        extend(
            "clients.Client",
            ColumnExtension("ledger.Figures", "figures", "client_id", ("as_of", *LISTS), LEDGER_READ),
        )

"""Configure the ledger app and register its actions, queries and jobs."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "dakehu.domains.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import modules that register themselves, and add figure columns to the client."""
        import dakehu.domains.ledger.close.inputs
        import dakehu.domains.ledger.close.run
        import dakehu.domains.ledger.investments.actions
        import dakehu.domains.ledger.investments.bulk_import
        import dakehu.domains.ledger.performance.attribution
        import dakehu.domains.ledger.performance.market
        import dakehu.domains.ledger.performance.rollups
        import dakehu.domains.ledger.products.registry
        import dakehu.domains.ledger.queries
        import dakehu.domains.ledger.renamed
        import dakehu.domains.ledger.statements.importing
        import dakehu.domains.ledger.statements.quarantine
        import dakehu.domains.ledger.statements.term_mapping
        import dakehu.domains.ledger.trades.compaction
        import dakehu.domains.ledger.trades.daily_feed
        import dakehu.domains.ledger.trades.queries  # noqa: F401  (their actions, queries and jobs register themselves)
        from dakehu.domains.ledger.models.figures import LISTS
        from dakehu.domains.team.permissions import Permission
        from dakehu.foundation.schema.related_columns import ColumnExtension, extend

        extend(
            "clients.Client",
            ColumnExtension("ledger.Figures", "figures", "client_id", ("as_of", *LISTS), Permission.LEDGER_READ),
        )

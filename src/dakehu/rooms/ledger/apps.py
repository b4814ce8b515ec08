from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "dakehu.rooms.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dakehu.foundation.beside import Loan, lend
        from dakehu.rooms.ledger import (  # noqa: F401  (they register themselves)
            actions,
            attributing,
            closing,
            closing_run,
            compacting,
            days,
            explaining,
            holding,
            markets,
            products,
            queries,
            rollups,
            statements,
            taking,
            trading,
        )
        from dakehu.rooms.ledger.models.figures import LISTS
        from dakehu.rooms.team.permissions import Permission

        lend(
            "clients.Client", Loan("ledger.Figures", "figures", "client_id", ("as_of", *LISTS), Permission.LEDGER_READ)
        )

"""Configure the ledger app, which adds its figures and balances to the columns of a client."""

from dakehu.foundation.domain_config import DomainConfig


class LedgerConfig(DomainConfig):
    name = "dakehu.domains.ledger"
    label = "ledger"

    def ready(self) -> None:
        super().ready()
        from dakehu.domains.ledger.models.feeds import BALANCE_LISTS
        from dakehu.domains.ledger.models.figures import LISTS
        from dakehu.domains.ledger.permissions import LEDGER_READ
        from dakehu.foundation.access.sensitivity import PERSONAL
        from dakehu.foundation.schema.fields import FieldSpec
        from dakehu.foundation.schema.related_columns import ColumnExtension, Series, extend

        extend(
            "clients.Client",
            ColumnExtension(
                "ledger.Figures",
                "figures",
                "client_id",
                ("as_of", *LISTS),
                LEDGER_READ,
                Series(
                    "month_values",
                    FieldSpec(
                        "近 12 月市值",
                        "Value, 12 months",
                        sensitivity=PERSONAL,
                        help_zh="各月末持仓市值，来自每晚结算",
                        help_en="Market value at the ends of the months, from the nightly close",
                    ),
                ),
            ),
        )
        extend(
            "clients.Client",
            ColumnExtension("ledger.DailyBalance", "balance", "client_id", ("day", *BALANCE_LISTS), LEDGER_READ),
        )

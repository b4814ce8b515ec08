"""What pages, API and workbook show of investments."""

from dakehu.domains.ledger.investments import bulk_import
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.resources import Resource, SheetOf, declare

declare(
    Resource(
        "ledger.Investment",
        path="investments",
        key="investment",
        list="ledger.list",
        create="ledger.add_investment",
        update="ledger.change_investment",
        delete="ledger.remove_investment",
        worksheet=SheetOf(
            "investments",
            bilingual("投资历史", "Investments"),
            position=20,
            evaluate=bulk_import.evaluate,
            import_rows=bulk_import.import_investments,
        ),
    ),
)

"""What a file is: what a person says it is, else a statement, prices, or tables of clients."""

from dataclasses import replace

from dakehu.exchange.mapping import mapping as planning
from dakehu.exchange.mapping.choices import Choices, stated_mapping
from dakehu.exchange.prices import layouts as price_layout
from dakehu.exchange.statements import service as statements
from dakehu.exchange.workbook import reading

Recognized = tuple[planning.ImportMapping | None, statements.Statement | None, price_layout.PriceTable | None]


def recognize(book: reading.Book, choices: Choices) -> Recognized:
    """(mapping that a person stated, statement, prices) of a file; three times None for tables of clients."""
    plan = stated_mapping(book, choices)
    if plan is None:
        statement = statements.recognise(book)
        if statement is None or not (choices.units or choices.order):
            return None, statement, None if statement else price_layout.recognise_prices(book)
        plan = stated_mapping(book, replace(choices, kind=planning.STATEMENT))
    table = planning.ledger_table(plan) if plan else None
    if table is None:
        return plan, None, None
    if table.part == planning.STATEMENT:
        return plan, statements.by_hand(book, table), None
    return plan, None, price_layout.by_hand(book, table)

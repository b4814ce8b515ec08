"""Names of this domain in version 0.1.0."""

from dakehu.foundation.base.renamed import Kind, declare_renamed

declare_renamed(
    Kind.ACTION,
    {
        "ledger.correct_row": "ledger.correct_quarantined_row",
        "ledger.drop_investment": "ledger.remove_investment",
        "ledger.drop_row": "ledger.drop_quarantined_row",
        "ledger.explain_word": "ledger.map_term",
        "ledger.learn_products": "ledger.register_products",
        "ledger.note_investment": "ledger.add_investment",
        "ledger.release": "ledger.release_quarantined_row",
        "ledger.take_day": "ledger.import_daily_feed",
        "ledger.take_in": "ledger.import_investments",
        "ledger.take_price_file": "ledger.import_price_file",
        "ledger.take_prices": "ledger.import_prices",
        "ledger.take_statement": "ledger.import_statement",
        "ledger.take_statements": "ledger.import_statements",
    },
)
declare_renamed(
    Kind.QUERY,
    {
        "ledger.explain": "ledger.explanation",
        "ledger.held_rows": "ledger.quarantined_rows",
        "ledger.held_words": "ledger.unmapped_terms",
        "ledger.of_group": "ledger.by_group",
        "ledger.reasons": "ledger.quarantine_reasons",
        "ledger.row_fields": "ledger.quarantine_fields",
    },
)
declare_renamed(Kind.MODEL, {"ledger.HeldRow": "ledger.QuarantinedRow"})

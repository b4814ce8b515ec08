"""What clients hold and trade. Also the investments that a manager enters manually (投资历史)."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = (
    "close.rows",
    "close.run",
    "feeds.access",
    "feeds.declarations",
    "feeds.feed",
    "feeds.matching",
    "feeds.storage",
    "performance.attribution",
    "performance.explanations.sentences",
    "performance.figure_table",
    "performance.rollups",
    "prices.importing",
    "prices.universe",
    "products.registry",
    "products.security_codes",
    "statements.importing",
    "statements.validation",
    "trades.compaction",
    "trades.transaction_types",
)

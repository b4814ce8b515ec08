"""Clients: identity, contacts, needs, consents, coverage, groups and duplicates."""

# Modules that interfaces and exchange may import in addition to queries, actions, permissions and resources.
PUBLIC = (
    "bulk_edit.cells",
    "bulk_import.clients",
    "bulk_import.evaluation",
    "bulk_import.matching",
    "duties",
    "groups.groups",
    "masks",
    "pinyin",
    "recent",
    "search",
)

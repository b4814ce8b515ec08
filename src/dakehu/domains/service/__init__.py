"""Service to clients: interactions and promises, requests and complaints, follow-ups, files."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = (
    "attachments",
    "bulk_import",
    "calendar.capacity",
    "calendar.effort",
    "calendar.meetings",
    "calendar.series",
    "calendar.sources",
    "deliveries.handover",
    "deliveries.outbox",
    "file_types",
    "mail.intake",
    "mail.retention",
    "moments.nightly",
    "hand_over.queries",
    "moments.queries",
    "shocks.nightly",
    "tasks.queries",
)

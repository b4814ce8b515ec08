"""Insight: questions in words that become filters, and pivots over clients."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = (
    "choices",
    "pivots.computation",
    "pivots.dimensions",
    "pivots.rules",
    "schedules.rights",
    "schedules.rules",
    "snapshots.collection",
    "snapshots.nightly",
    "snapshots.rebuilding",
    "snapshots.visibility",
)

"""Insight: natural-language questions, pivots and dashboards, the book over time, predictions that must beat a plain rule."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = (
    "choices",
    "pivots.computation",
    "pivots.dimensions",
    "pivots.rules",
    "predictions.actions",
    "predictions.choices",
    "predictions.versions",
    "schedules.rights",
    "schedules.rules",
    "snapshots.collection",
    "snapshots.nightly",
    "snapshots.rebuilding",
    "snapshots.visibility",
)

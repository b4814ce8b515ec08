"""Insight: questions in words that become filters, and pivots over clients."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ("pivots.computation", "pivots.rules", "snapshots.collection")

"""Compliance: what may be said to a client, approvals by a second person, complaints, conflicts of interest."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = (
    "rule_sets.registry",
    "supervised_exports.permits",
)

"""Compliance: what may be said to a client, approvals by a second person, complaints, conflicts, consent,
money laundering, personal information and its end."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = (
    "privacy.client_copy",
    "privacy.withdrawals",
    "rule_sets.registry",
    "supervised_exports.choices",
    "supervised_exports.permits",
)

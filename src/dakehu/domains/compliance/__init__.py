"""Compliance: texts permitted to clients, approvals by a second person, complaints, conflicts, consent,
anti-money laundering, personal information and its erasure."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = (
    "privacy.client_copy",
    "privacy.withdrawals",
    "rule_sets.registry",
    "supervised_exports.choices",
    "supervised_exports.permits",
)

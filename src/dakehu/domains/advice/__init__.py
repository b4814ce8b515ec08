"""Advice: which product suits which client, risk questionnaires, investor classes, call-backs, policies, the advice record."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC: tuple[str, ...] = ("records.outcomes",)

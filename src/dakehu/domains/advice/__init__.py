"""Advice: which product suits which client, risk questionnaires, investor classes, call-backs, policies, the advice record."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ("assessments.links", "assessments.questionnaires")

"""Advice: which product suits which client, risk questionnaires, investor classes, call-backs, policies, the advice record."""

# Modules that interfaces and exchange may import in addition to queries, actions, permissions and resources.
PUBLIC = ("assessments.links", "assessments.questionnaires", "records.outcomes")

"""Care: what clients say and how it is taken: mood, distress, topics of a text; calls after a shock."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ("outreach.nightly",)

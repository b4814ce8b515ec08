"""Care: what clients say and what becomes of it: surveys, mood, distress, topics; feedback and issues of improvement."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC: tuple[str, ...] = ("surveys.choices", "surveys.links", "surveys.sending", "surveys.texts")
"""Care: what clients say and how it is taken: mood, distress, topics of a text; calls after a shock."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ("outreach.nightly",)

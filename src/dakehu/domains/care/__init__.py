"""Care: what clients say and how it is taken: surveys, mood, distress, topics of a text."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC: tuple[str, ...] = ("surveys.choices", "surveys.links", "surveys.sending", "surveys.texts")

"""Care: client statements: surveys, feedback, improvement, mood, distress, topics, calls after a shock."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ("outreach.nightly", "surveys.choices", "surveys.links", "surveys.sending", "surveys.texts")

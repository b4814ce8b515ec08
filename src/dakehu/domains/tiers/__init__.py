"""The tier of each client, the service standard of each tier, and the effort that a scheme requires of a team."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ("assign",)

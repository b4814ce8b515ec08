"""The tier of each client, the service standard of each tier, and what a scheme of tiers would ask of a team."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ("assign",)

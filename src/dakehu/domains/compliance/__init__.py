"""Compliance: what may be said to a client, with the rules in force, their sources and how sure they are."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC: tuple[str, ...] = ("privacy.client_copy",)

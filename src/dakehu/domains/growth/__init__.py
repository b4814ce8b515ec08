"""Growth: prospects (线索) and referrals, the pool (公海), opportunities (商机) on their way to a client."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC: tuple[str, ...] = ()

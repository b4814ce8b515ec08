"""Growth: prospects (线索) and referrals, the pool (公海), opportunities (商机), campaigns (营销活动) and client events."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC: tuple[str, ...] = ()

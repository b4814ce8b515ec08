"""Innovation: ideas of staff (创意), trials with a control group (试点), the service catalogue by version (服务目录)."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC: tuple[str, ...] = ()

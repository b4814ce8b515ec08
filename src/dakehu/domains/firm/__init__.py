"""What the firm decides for everybody while the desk runs: colours, hours of a sign-in, benchmark, limits."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ()

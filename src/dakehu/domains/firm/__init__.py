"""Firm-wide settings that can be changed at runtime: colours, session hours, benchmark, limits."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ()

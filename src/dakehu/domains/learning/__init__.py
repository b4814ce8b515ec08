"""Learning (学习): knowledge base, courses, question bank, exams, certificates and training hours."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC: tuple[str, ...] = ()

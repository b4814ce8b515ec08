"""Support (求助): questions, faults and wishes of users, answers, known problems, and training exercises."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ("client_data.rules", "suggestions.ranking", "training.evidence", "training.people")

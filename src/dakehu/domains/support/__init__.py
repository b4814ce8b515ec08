"""Support (求助): questions, faults and wishes of the desk's own users, answers, known problems, and exercises of training."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ("client_data.rules", "suggestions.ranking", "training.evidence", "training.people")

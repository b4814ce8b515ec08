"""Comments of colleagues about clients, tasks, meetings and what other domains declare; mentions by @name."""

"""Comments of colleagues about clients, tasks, meetings and subjects of other domains; mentions by @name."""

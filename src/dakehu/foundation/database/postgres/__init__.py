"""Django's PostgreSQL backend, extended to set the session's actor for row security."""

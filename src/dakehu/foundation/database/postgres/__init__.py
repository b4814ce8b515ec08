"""Django's PostgreSQL backend, which also tells the session who is asking."""

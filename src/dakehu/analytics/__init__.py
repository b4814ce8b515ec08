"""Numbers in, answers out: pure functions without Django, a clock or a database."""

"""Pure functions on numbers, without Django, clock or database."""

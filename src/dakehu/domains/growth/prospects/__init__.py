"""Prospects: who might become a client, what was said with them, and who named them."""

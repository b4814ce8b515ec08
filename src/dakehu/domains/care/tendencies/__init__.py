"""Tendencies in a client's own trading, with consent only: computed when read, not stored, for conversations only."""

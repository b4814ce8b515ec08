"""The door by which calendar programs subscribe to one's own calendar: read-only, by a token of its own scope."""

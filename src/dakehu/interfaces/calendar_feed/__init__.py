"""The feed to which calendar programs subscribe for one's own calendar: read-only, by a token with a scope of its own."""

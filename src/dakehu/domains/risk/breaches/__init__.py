"""Breaches: found nightly for all clients in bulk, cleared with their state, acknowledged by users."""

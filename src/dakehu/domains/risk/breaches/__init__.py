"""Breaches: found every night for all clients at once, cleared with their state, acknowledged by people."""

"""Limits: house defaults as data, versions, and which one applies to a client and why."""

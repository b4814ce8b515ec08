"""Limits: house defaults as data, versions, which one applies to whom and why."""

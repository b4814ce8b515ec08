"""Clients: identity, contacts, needs, consents, coverage, groups and duplicates."""

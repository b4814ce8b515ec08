"""Consent by purpose: the purposes with their legal basis, the versions of their notices, the statements of each client."""

"""Consent by purpose: the purposes with their legal basis, the versions of their notices, what each client said."""

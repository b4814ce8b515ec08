"""Prospects: potential clients, contacts with them, and referrals."""

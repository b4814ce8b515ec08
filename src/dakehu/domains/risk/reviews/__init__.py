"""Periodic strategy reviews: due dates, findings, sign-off by a second person."""

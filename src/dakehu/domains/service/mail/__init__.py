"""Mails with clients: read, matched to clients by address, filed on their timelines, set aside with a reason, sent."""

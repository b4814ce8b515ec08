"""Tickets (求助): asked, answered, solved or reopened; wishes with their votes; counts."""

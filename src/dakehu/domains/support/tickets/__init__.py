"""Tickets (求助): asked, answered, solved or opened again; wishes with their voices; counts."""

"""Rows related to a client, and their erasure from tables, search, audit, undo, files and by declared erasers."""

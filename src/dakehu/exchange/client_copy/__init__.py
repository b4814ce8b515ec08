"""The copy of everything that is kept of a client, as one file."""

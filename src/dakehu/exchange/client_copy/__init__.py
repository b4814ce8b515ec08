"""The copy of all data about a client, as one file."""

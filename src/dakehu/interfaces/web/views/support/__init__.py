"""The support desk: tickets, asking, known problems."""

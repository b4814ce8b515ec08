"""The support desk: tickets, help requests, known problems."""

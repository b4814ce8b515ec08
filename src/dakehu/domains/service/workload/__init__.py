"""The hours of each person: what clients are owed, what tasks take, and what a move of clients would change."""

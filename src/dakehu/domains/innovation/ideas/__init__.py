"""Ideas: filed by anyone, supported by colleagues, taken on by a sponsor, decided with a reason."""

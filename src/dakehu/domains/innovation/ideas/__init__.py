"""Ideas: filed by anyone, supported by colleagues, adopted by a sponsor, decided with a reason."""

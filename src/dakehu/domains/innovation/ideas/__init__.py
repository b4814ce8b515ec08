"""Ideas: filed by anyone, supported by colleagues, taken up by a sponsor, decided with a reason."""

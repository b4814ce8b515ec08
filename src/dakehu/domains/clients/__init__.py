"""Who our clients are, how to reach them, what they need and allow, and who serves them."""

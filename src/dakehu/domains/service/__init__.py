"""What we do for clients: what was said and promised, what they ask and complain of, and when we meet next."""

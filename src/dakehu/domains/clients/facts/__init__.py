"""Facts of clients, read by moments and tiers."""

"""Facts of clients, read whole by moments and tiers."""

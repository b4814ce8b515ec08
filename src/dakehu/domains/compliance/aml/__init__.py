"""Anti-money laundering: level and review of a client, watch lists, reports of suspicion; seen by compliance only."""

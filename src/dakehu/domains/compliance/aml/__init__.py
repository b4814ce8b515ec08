"""Anti-money laundering: level and review of a client, watch lists, suspicion reports; visible to compliance only."""

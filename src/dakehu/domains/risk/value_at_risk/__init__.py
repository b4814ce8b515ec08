"""Value at risk of a client's account from its own past, and whether it held (风险价值回测)."""

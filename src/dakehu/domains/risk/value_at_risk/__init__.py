"""Value at risk of a client's account from its own history, with back-test (风险价值回测)."""

"""Saved pivots and dashboards: definitions that each reader sees with the own clients."""

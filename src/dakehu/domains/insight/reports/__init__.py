"""Saved pivots and dashboards: definitions that each reader sees for their own clients."""

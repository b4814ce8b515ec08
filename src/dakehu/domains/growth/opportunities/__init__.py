"""Opportunities: business in sight, stage by stage, and what may come of it."""

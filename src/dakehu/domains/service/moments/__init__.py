"""Moments (关键时刻): which clients need something now, why, until when, and what became of it."""

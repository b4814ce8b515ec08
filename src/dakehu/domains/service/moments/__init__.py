"""Moments (关键时刻): which clients need something now, why, until when, and the outcome."""

"""Opportunities: stages, moves and forecast."""

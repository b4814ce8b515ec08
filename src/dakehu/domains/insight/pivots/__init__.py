"""Pivots: visible clients counted and summed by rows and columns."""

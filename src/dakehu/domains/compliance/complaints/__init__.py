"""Complaints: the case from registration to closing, its clocks, and who may see and handle it."""

"""Complaints: the case from registration to closing, its deadlines, and who may see and handle it."""

"""Shared infrastructure: description (fields), visibility (scope), writing (acts) and queries (gates)."""

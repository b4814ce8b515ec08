"""Objections and adjustments: a person disagrees, another decides, and both results are kept."""

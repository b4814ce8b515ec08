"""Objections and adjustments: a person disagrees, another one decides, and both results are kept."""

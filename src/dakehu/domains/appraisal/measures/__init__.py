"""Measures of a person's work, each with its definition, its rows and its version."""

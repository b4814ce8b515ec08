"""Improvements: issues that several voices raised, the measure against them and what it changed."""

"""Improvements: issues raised by several clients, the measure against them and its effect."""

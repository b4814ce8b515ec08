"""Absences, deputies, and the work that passes to a deputy."""

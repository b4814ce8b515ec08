"""Versions of the risk questionnaire that a firm writes for itself: drafted from the one in force, checked, approved, used."""

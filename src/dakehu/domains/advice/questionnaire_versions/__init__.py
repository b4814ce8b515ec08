"""Versions of the risk questionnaire written by the firm: drafted from the one in force, checked, approved, used."""

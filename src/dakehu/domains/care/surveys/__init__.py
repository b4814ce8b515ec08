"""Surveys: questions, invitations, the public form, answers and results."""

"""Investor classes: conditions, applications with evidence, decided by a second person."""

"""Schemes: parts, measures, weights and targets as data, approved by a second person."""

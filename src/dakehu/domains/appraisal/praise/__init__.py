"""Praise: anybody praises anybody, the team sees it; nobody counts it."""

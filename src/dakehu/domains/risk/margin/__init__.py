"""Margin contracts: maintenance ratio, distance to lines, top-up arithmetic, terms by contract."""

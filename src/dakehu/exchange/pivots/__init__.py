"""Pivots as workbooks."""

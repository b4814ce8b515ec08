"""Extracts for Tableau: a `.hyper` file written by the vendor's engine, and the data source (`.tds`, `.tdsx`) that
opens it.

The engine is an extra (`tableau`, 292 MB); a desk without it shows how to install it (decision 0112).
"""

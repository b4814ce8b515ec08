"""Extracts for Tableau: a `.hyper` file by the vendor's own engine, and the data source (`.tds`, `.tdsx`) that opens it.

The engine is an extra (`tableau`, 292 MB); a desk without it says how to install it (decision 0112).
"""

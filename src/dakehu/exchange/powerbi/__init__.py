"""A Power BI project as text (PBIP): a semantic model in TMDL that reads the desk's OData, and one report page.

The same reader's project is the same text byte for byte while nothing it is made of changes, so that it can be kept under
version control (decision 0110).
"""

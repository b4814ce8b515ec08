"""A Power BI project as text (PBIP): a semantic model in TMDL that reads the desk's OData, and one report page.

The project of a reader is byte-identical while its inputs are unchanged, so that it can be kept under
version control (decision 0110).
"""

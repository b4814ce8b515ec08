"""OData 4.0 for spreadsheet and BI programs (Excel, Power BI, Tableau): read-only entity sets declared by the domains.

The gates check, scope and mask; this interface adds addresses, the XML of the metadata and OData's JSON (decision 0103).
"""

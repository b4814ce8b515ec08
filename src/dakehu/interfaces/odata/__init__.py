"""OData 4.0 for table programs (Excel, Power BI, Tableau): entity sets made from what the domains declare, read only.

The gates check, scope and mask; this interface adds addresses, the XML of the metadata and OData's JSON (decision 0103).
"""

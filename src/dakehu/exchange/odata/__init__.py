"""The entity sets of OData, and the files by which Excel and Power BI find them (the addresses: interfaces.odata)."""

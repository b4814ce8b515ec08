"""The OData entity sets, and the files by which Excel and Power BI connect to them (URLs: interfaces.odata)."""

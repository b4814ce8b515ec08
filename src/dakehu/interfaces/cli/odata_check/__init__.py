"""The trial of OData: a server on this machine is asked what Power Query, Tableau and other programs are known to ask."""

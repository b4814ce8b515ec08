"""The OData check: a local server gets the requests that Power Query, Tableau and other programs are known to send."""

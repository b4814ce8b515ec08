"""Small files that open Power BI or Excel at the desk's OData: `.pbids` and `.odc`. They contain an address, never a
credential."""

from xml.sax.saxutils import escape, quoteattr

import orjson

from dakehu.exchange.odata.power_query import LiveQuery

PROVIDER = "Microsoft.Mashup.OleDb.1"


def pbids(root: str) -> bytes:
    """Return the file with which Power BI Desktop opens the service at `root`.

    Source: Microsoft, Data sources in Power BI Desktop, Using PBIDS files.
    """
    connection = {"details": {"protocol": "odata", "address": {"url": root}}, "options": {}, "mode": "Import"}
    return orjson.dumps({"version": "0.1", "connections": [connection]}, option=orjson.OPT_INDENT_2)


def odc(query: LiveQuery, language: str) -> bytes:
    """Return the file with which Excel loads one query into a new sheet: an Office data connection with the query."""
    title = f"{'Query' if language == 'en' else '查询'} - {query.name}"
    source = f'Provider={PROVIDER};Data Source=$Workbook$;Location={query.name};Extended Properties=""'
    formula = (
        f"<Query Name={quoteattr(query.name)}><Formula>{escape(query.formula)}</Formula>"
        '<IsParameterQuery xsi:nil="true" /><IsDirectQuery xsi:nil="true" /></Query>'
    )
    mashup = (
        '<Mashup xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns="http://schemas.microsoft.com/DataMashup"><Client>EXCEL</Client><Version>2.83.5894.761</Version>'
        f"<MinVersion>2.21.0.0</MinVersion><Culture>{'en-US' if language == 'en' else 'zh-CN'}</Culture>"
        f"<SafeCombine>true</SafeCombine><Items>{formula}</Items></Mashup>"
    )
    lines = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40">',
        "<head>",
        '<meta http-equiv=Content-Type content="text/x-ms-odc; charset=utf-8">',
        "<meta name=ProgId content=ODC.Database>",
        "<meta name=SourceType content=OLEDB>",
        f"<title>{escape(title)}</title>",
        f"<xml id=docprops><o:DocumentProperties><o:Name>{escape(query.name)}</o:Name></o:DocumentProperties></xml>",
        '<xml id=msodc><odc:OfficeDataConnection xmlns:odc="urn:schemas-microsoft-com:office:odc" '
        'xmlns="http://www.w3.org/TR/REC-html40">',
        '<odc:PowerQueryConnection odc:Type="OLEDB">',
        f"<odc:ConnectionString>{escape(source)}</odc:ConnectionString>",
        "<odc:CommandType>SQL</odc:CommandType>",
        f"<odc:CommandText>SELECT * FROM [{escape(query.name)}]</odc:CommandText>",  # noqa: S608  for Excel
        "</odc:PowerQueryConnection>",
        f"<odc:PowerQueryMashupData>{escape(mashup)}</odc:PowerQueryMashupData>",
        "</odc:OfficeDataConnection></xml>",
        "</head>",
        "</html>",
    )
    return "\r\n".join(lines).encode()

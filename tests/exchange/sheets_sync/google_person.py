"""A user who edits the spreadsheet with Google's own client."""

from typing import Any

import httplib2
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build

from tests.exchange.sheets_sync.google_server import PERSON, GoogleServer

NUMBER = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"


class Person:
    """A user of the spreadsheet, with Google's own client."""

    def __init__(self, server: GoogleServer) -> None:
        http = AuthorizedHttp(Credentials(token=PERSON), http=httplib2.Http())
        options = {"api_endpoint": server.url}
        self.api = build("sheets", "v4", http=http, static_discovery=True, client_options=options).spreadsheets()

    def rows(self, title: str) -> list[list[Any]]:
        """Return the values of a worksheet, headings first, each row as wide as the headings."""
        found = self.api.values().get(spreadsheetId=NUMBER, range=f"'{title}'", valueRenderOption="UNFORMATTED_VALUE")
        lines = found.execute().get("values", [])
        return [line + [""] * (len(lines[0]) - len(line)) for line in lines]

    def place(self, title: str, heading: str) -> int:
        """Return the column of a heading, from 0."""
        return next(at for at, text in enumerate(self.rows(title)[0]) if str(text).split(" ")[0] == heading)

    def find(self, title: str, heading: str, value: Any) -> int:
        """Return the row with a value under a heading, from 0."""
        column = self.place(title, heading)
        return next(at for at, line in enumerate(self.rows(title)) if line[column] == value)

    def type(self, title: str, row: int, heading: str, value: Any) -> None:
        """Type into a cell."""
        cell = f"'{title}'!{letters(self.place(title, heading))}{row + 1}"
        body = {"values": [[value]]}
        self.api.values().update(spreadsheetId=NUMBER, range=cell, body=body, valueInputOption="USER_ENTERED").execute()

    def change(self, *requests: dict[str, Any]) -> None:
        """Execute requests."""
        self.api.batchUpdate(spreadsheetId=NUMBER, body={"requests": list(requests)}).execute()

    def sheet_id(self, title: str) -> int:
        """Return the id of a worksheet."""
        found = self.api.get(spreadsheetId=NUMBER).execute()["sheets"]
        return next(one["properties"]["sheetId"] for one in found if one["properties"]["title"] == title)


def letters(column: int) -> str:
    """Return the letters of a column."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text

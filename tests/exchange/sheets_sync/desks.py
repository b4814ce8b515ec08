"""What tests of linked sheets share: the server, a link to it that is switched on, a run, and a person who edits."""

from collections.abc import Iterator
from typing import Any

import httplib2
import pytest
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build

from dakehu.exchange.sheets_sync import runs
from dakehu.exchange.sheets_sync.models import LinkedSheet
from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.exchange.sheets_sync.google_server import PERSON, GoogleServer

NUMBER = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    server = GoogleServer()
    yield server
    server.close()


@pytest.fixture
def person(google: GoogleServer) -> Iterator["Person"]:
    editor = Person(google)
    yield editor
    editor.api.close()


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nothing waits in a test: each pause is noted instead."""
    pauses: list[float] = []
    monkeypatch.setattr("dakehu.exchange.connectors.http.WAIT", pauses.append)
    return pauses


def link(admin: Any, owner: Any, server: GoogleServer, **values: Any) -> LinkedSheet:
    """Link the spreadsheet as the administrator does, and switch the link on."""
    given = {
        "name": "东区客户表",
        "spreadsheet": f"https://docs.google.com/spreadsheets/d/{NUMBER}/edit#gid=0",
        "owner": owner.username,
        "address": server.url,
        "sensitivity": "personal",
        "service_key": server.service_key(),
        **values,
    }
    with acting(admin):
        row = perform("sheets.add", given)
        return perform("sheets.switch_on", {"sheet": row.pk})


@pytest.fixture
def desk(lin: Any) -> Any:
    """Three clients of Lin, each with an investment."""
    with acting(lin):
        for number, name in enumerate(("欧阳静", "陈默", "苏白"), 1):
            given = {"name": name, "code": f"K{number}", "phone": f"1391234567{number}", "assets": f"{number}000000.25"}
            perform("clients.create", {**given, "occupation": "教师"})
            perform(
                "ledger.add_investment",
                {"client": f"K{number}", "invested_on": "2024-02-01", "amount": "10000", "product": f"基金{number}"},
            )
    return lin


@pytest.fixture
def linked(desk: Any, admin: Any, google: GoogleServer) -> LinkedSheet:
    """A sheet of Lin that was synchronised once."""
    row = link(admin, desk, google)
    report = sync(desk, row)
    assert (report["state"], report["pulled"], report["pushed"]) == ("done", 0, 6)
    return row


def sync(user: Any, row: LinkedSheet) -> dict[str, Any]:
    """Run a link as a member of staff."""
    with acting(user):
        return runs.synchronise(LinkedSheet.objects.get(pk=row.pk))


class Person:
    """Somebody who edits the spreadsheet with Google's own client."""

    def __init__(self, server: GoogleServer) -> None:
        http = AuthorizedHttp(Credentials(token=PERSON), http=httplib2.Http())
        options = {"api_endpoint": server.url}
        self.api = build("sheets", "v4", http=http, static_discovery=True, client_options=options).spreadsheets()

    def rows(self, title: str) -> list[list[Any]]:
        """What a worksheet shows, headings first, each row as wide as the headings."""
        found = self.api.values().get(spreadsheetId=NUMBER, range=f"'{title}'", valueRenderOption="UNFORMATTED_VALUE")
        lines = found.execute().get("values", [])
        return [line + [""] * (len(lines[0]) - len(line)) for line in lines]

    def place(self, title: str, heading: str) -> int:
        """The column of a heading, from 0."""
        return next(at for at, text in enumerate(self.rows(title)[0]) if str(text).split(" ")[0] == heading)

    def find(self, title: str, heading: str, value: Any) -> int:
        """The row that says a value under a heading, from 0."""
        column = self.place(title, heading)
        return next(at for at, line in enumerate(self.rows(title)) if line[column] == value)

    def type(self, title: str, row: int, heading: str, value: Any) -> None:
        """Type into a cell."""
        cell = f"'{title}'!{letters(self.place(title, heading))}{row + 1}"
        body = {"values": [[value]]}
        self.api.values().update(spreadsheetId=NUMBER, range=cell, body=body, valueInputOption="USER_ENTERED").execute()

    def change(self, *requests: dict[str, Any]) -> None:
        """Carry out requests."""
        self.api.batchUpdate(spreadsheetId=NUMBER, body={"requests": list(requests)}).execute()

    def sheet_id(self, title: str) -> int:
        """The number of a worksheet."""
        found = self.api.get(spreadsheetId=NUMBER).execute()["sheets"]
        return next(one["properties"]["sheetId"] for one in found if one["properties"]["title"] == title)


def letters(column: int) -> str:
    """The letters of a column."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text

"""Fixtures of the tests of linked sheets: the server, a link to it that is switched on, a run, and an editing user."""

from collections.abc import Iterator
from typing import Any

import pytest

from dakehu.exchange.sheets_sync import runs
from dakehu.exchange.sheets_sync.models import LinkedSheet
from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.exchange.sheets_sync.google_person import NUMBER, Person
from tests.exchange.sheets_sync.google_server import GoogleServer


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    server = GoogleServer()
    yield server
    server.close()


@pytest.fixture
def person(google: GoogleServer) -> Iterator[Person]:
    editor = Person(google)
    yield editor
    editor.api.close()


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record each pause instead of waiting."""
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
    """Add three clients of Lin, each with an investment."""
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
    """Return a sheet of Lin that was synchronised once."""
    row = link(admin, desk, google)
    report = sync(desk, row)
    assert (report["state"], report["pulled"], report["pushed"]) == ("done", 0, 6)
    return row


def sync(user: Any, row: LinkedSheet) -> dict[str, Any]:
    """Run a link as a member of staff."""
    with acting(user):
        return runs.synchronise(LinkedSheet.objects.get(pk=row.pk))

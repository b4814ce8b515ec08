"""Which parts of an open page a change concerns, on plain values."""

import json

import pytest

from dakehu.foundation.live.changes import changes_in
from dakehu.foundation.live.rules import Changed, changes_of_page, parts_of
from dakehu.foundation.schema import live_pages
from dakehu.foundation.schema.live_pages import LivePage

CLIENT = LivePage(
    "one",
    "客户",
    "Client",
    subject="clients.Client",
    parts={"head": ("clients.Client",), "timeline": ("service.Interaction", "service.Request")},
)
BOARD = LivePage("all", "看板", "Board", parts={"board": ("growth.Opportunity",)})


def parts(page, subject, *changes):
    return parts_of(page, changes_of_page(page, subject, changes))


def test_a_page_about_a_client_is_told_of_that_client_and_what_belongs_to_him():
    assert parts(CLIENT, 7, Changed("clients.Client", 7, 7)) == ["head"]
    assert parts(CLIENT, 7, Changed("service.Request", 3, 7), Changed("clients.Client", 7, 7)) == ["head", "timeline"]


def test_a_page_about_a_client_is_not_told_of_another_even_with_the_same_number():
    assert parts(CLIENT, 7, Changed("clients.Client", 8, 8), Changed("service.Interaction", 7, 8)) == []


def test_a_page_about_many_records_is_told_of_each_of_its_tables_only():
    assert parts(BOARD, 0, Changed("growth.Opportunity", 1, None)) == ["board"]
    assert parts(BOARD, 0, Changed("service.Interaction", 1, 7)) == []


def test_rows_written_in_bulk_concern_every_page_that_shows_their_table():
    assert parts(CLIENT, 7, Changed("service.Interaction", None, None)) == ["timeline"]


def test_an_entry_of_the_audit_names_its_rows_and_a_decrypted_value_is_no_change():
    one = {"model": "clients.Client", "pk": 7, "kind": "changed", "client_id": 7}
    many = {"model": "clients.Contact", "pk": None, "kind": "many", "client_id": None}
    opened = {"model": "clients.Client.id_number", "pk": None, "kind": "opened", "client_id": 7}
    found = changes_in(json.dumps({"changes": [one, many, opened]}))
    assert found == [Changed("clients.Client", 7, 7), Changed("clients.Contact", None, None)]


def test_a_page_declared_twice_in_two_ways_is_refused():
    live_pages.declare(*live_pages.pages())
    first = next(live_pages.pages())
    with pytest.raises(ValueError, match="declared twice"):
        live_pages.declare(LivePage(first.name, "别的", "Another", parts={}))

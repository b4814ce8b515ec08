"""How PostgreSQL executes the desk's statements: their plans, scans and settings."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from dakehu.domains.clients import search
from dakehu.domains.clients.models import SearchLine
from dakehu.domains.clients.queries import listing
from dakehu.foundation.database.index_order import without_table_scans
from dakehu.foundation.gates import ask
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def plans(actor, ask_for, function: str, settings=()) -> list[str]:
    """Return the plans of statements that use `function`, directly or by row security, under `settings` of the session."""
    with acting(actor):
        with CaptureQueriesContext(connection) as questions:
            ask_for()
        made = []
        with connection.cursor() as cursor:
            for setting in settings:
                cursor.execute(f"SET LOCAL {setting}")
            for question in questions:
                if question["sql"].startswith("SELECT"):
                    cursor.execute(f"EXPLAIN {question['sql']}")
                    made.append("\n".join(line for (line,) in cursor.fetchall()))
    return [plan for plan in made if function in plan]


def test_covered_clients_are_listed_once_a_statement(lin, zhang):
    """In a SELECT list the function would be called again for each of its ids."""
    found = plans(lin, lambda: ask("clients.list", {}), "dakehu_covered")
    assert found and all("Function Scan on dakehu_covered" in plan and "ProjectSet" not in plan for plan in found)


def test_lines_of_a_search_are_found_once_a_statement(he, zhang):
    """Joined as a set they would be searched again for each row by a planner without statistics."""
    found = plans(he, lambda: ask("clients.search", {"text": zhang.name[0]}), "dakehu_finds")
    assert found
    for plan in found:
        assert "Function Scan on dakehu_finds" in plan and "ProjectSet" not in plan and "InitPlan" in plan, plan


def test_a_list_of_a_common_text_is_read_from_an_index_and_its_lines_in_one_statement(he, zhang, monkeypatch):
    """Searching lines for each client of the list in turn took five times as long with a million clients."""
    monkeypatch.setattr(search, "SORTED", 0)
    found = plans(
        he,
        lambda: listing(text=zhang.name[0], order="-last_contact_on").page("-last_contact_on", 50),
        "clients_",
        settings=("enable_seqscan = off", "enable_bitmapscan = off"),
    )
    assert any("Only Scan Backward using list_by_last_contact" in plan and "IS TRUE" in plan for plan in found), found
    assert any("clients_searchline" in plan for plan in found)
    assert not any("clients_client" in plan and "clients_searchline" in plan for plan in found), found


def test_candidates_are_read_without_scanning_the_table_and_nothing_else_is(he, zhang, monkeypatch):
    """PostgreSQL read and sorted a million rows where it expected fewer candidates than the statement's limit."""
    monkeypatch.setattr(search, "SORTED", 0)
    with acting(he), CaptureQueriesContext(connection) as questions:
        listing(text=zhang.name[0], order="-assets").page("-assets", 50)
    said = [question["sql"] for question in questions]
    begin, end = said.index("SET enable_seqscan = off"), said.index("RESET enable_seqscan")
    among = [number for number, sql in enumerate(said) if "IS TRUE" in sql]
    assert among and all(begin < number < end for number in among)
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)


def test_tables_are_scanned_again_after_a_statement_that_failed(db):
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        without_table_scans(SearchLine),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 / 0")
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)


def test_a_statement_ends_when_its_process_is_gone(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW client_connection_check_interval")
        assert cursor.fetchone() == ("5s",)

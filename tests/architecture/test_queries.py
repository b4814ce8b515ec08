"""The number of database queries of a page is recorded in query_counts.toml and does not grow with the number of clients.

`DAKEHU_WRITE_TABLES=1 pytest tests/architecture/test_queries.py` rewrites the counts; read the diff before committing.
"""

import os
import tomllib
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dakehu.domains.service.deliveries import outbox
from dakehu.foundation.gates import perform
from tests.architecture.pages import browser_of
from tests.cast import acting

TABLE = Path(__file__).with_name("query_counts.toml")
HEAD = """# Statements per page for Zhou with twelve clients in sight, in a session already begun.
# Written by DAKEHU_WRITE_TABLES=1 pytest tests/architecture/test_queries.py; read before keeping.
"""
PAGES = (
    "/",
    "/cards",
    "/clients/",
    "/clients/rows",
    "/clients/{client}/",
    "/clients/{client}/?tab=service",
    "/clients/{client}/peek",
    "/palette",
    "/me",
    "/calendar/",
    "/calendar/week-plan/",
    "/moments/rules/",
    "/moments/rules/M37/",
    "/import/",
    "/export/",
    "/connections/odata/",
    "/undo/?whose=all",
    "/connections/",
    "/messages/",
    "/staff/",
    "/staff/roles/",
    "/staff/teams/",
    "/audit/",
    "/api/v1/clients",
    "/api/v1/clients/{client}",
    "/api/v1/interactions",
    "/api/v1/follow-ups",
    "/api/v1/queries/service.today_list",
    "/api/v1/queries/clients.upcoming_dates",
)


def more_clients(user, first, last):
    """Add clients, each with a contact, a plan, a request and an investment."""
    with acting(user):
        for n in range(first, last):
            client = perform("clients.create", {"name": f"客户{n}", "code": f"N{n:03}", "phone": f"1380000{n:04}"})
            perform(
                "service.log_interaction",
                {"client": client.pk, "held_at": "2024-01-02 10:00", "summary": "来电", "next_on": "2024-02-01"},
            )
            perform("service.open_request", {"client": client.pk, "kind": "request", "subject": "开通权限"})
            perform(
                "ledger.add_investment",
                {"client": client.pk, "invested_on": "2023-01-15", "amount": "1万", "product": "债券基金"},
            )
            letter = {
                "channel": "mail",
                "address": "n@example.com",
                "subject": "资料",
                "text": "附上",
                "kind": "client_mail",
            }
            outbox.queue(**letter, key=f"letter:{n}", client=client.pk)


def counted(browser, page, client):
    url = page.format(client=client.pk)
    browser.get(url)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        response = browser.get(url)
    assert response.status_code == 200, page
    return len(asked)


@pytest.mark.django_db
def test_pages_ask_as_often_as_pinned_and_never_more_for_more_clients(lin, zhou, zhang):
    browser = browser_of(zhou)
    more_clients(lin, 1, 4)
    few = {page: counted(browser, page, zhang) for page in PAGES}
    more_clients(lin, 4, 12)
    many = {page: counted(browser, page, zhang) for page in PAGES}
    grown = {page: f"{few[page]} → {many[page]}" for page in PAGES if many[page] > few[page]}
    assert grown == {}, "a page asks once for every row"
    if os.environ.get("DAKEHU_WRITE_TABLES"):
        TABLE.write_text(HEAD + "".join(f'"{page}" = {many[page]}\n' for page in PAGES), encoding="utf-8")
    pinned = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    wrong = {page: f"{n}, pinned {pinned.get(page)}" for page, n in many.items() if n != pinned.get(page)}
    assert wrong == {} and set(pinned) == set(PAGES)

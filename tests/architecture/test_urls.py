"""Every URL answers each user of the cast as listed in url_table.toml.

A new URL fails here until its row is in the table: `DAKEHU_WRITE_TABLES=1 pytest
tests/architecture/test_urls.py` adds missing rows and rewrites changed ones; read the diff before committing.
"""

import os
import re
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import transaction

from dakehu.domains.team.roles import ROLES
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.gates import QUERIES, perform
from tests.architecture.pages import CAST, addresses, browser_of
from tests.cast import acting

TABLE = Path(__file__).with_name("url_table.toml")
HEAD = """# What everybody on the cast gets at every address: GET, and POST without content.
# Zhang is Lin's client: Zhou leads Lin's team, Wang is on another team and must never see more than 404.
# Order: {cast}. Written by DAKEHU_WRITE_TABLES=1 pytest tests/architecture/test_urls.py; read before keeping.
"""
# Parameters of URLs: the values used in the test.
NAMES = {
    "guide/<slug:name>/": "index",
    "api/v1/<str:name>": "clients",
    "api/v1/<str:name>/<str:key>": "clients",
    "clients/bulk/<str:name>": "set",
    "api/v1/q/<str:name>": "clients.list",
    "api/v1/do/<str:name>": "clients.create",
    "api/v1/queries/<str:name>": "clients.list",
    "api/v1/actions/<str:name>": "clients.create",
}
DOES = "service.log_interaction"


class Undo(Exception):
    """Raised to roll back what a request did."""


@pytest.fixture
def cast(lin, zhou, wang, he, an, admin):
    return {"nobody": None, "lin": lin, "zhou": zhou, "wang": wang, "he": he, "an": an, "admin": admin}


def sent(browser, method, url):
    """Return the status of a request without content; the API is sent an empty object."""
    if method == "post" and url.startswith("/api/"):
        return browser.post(url, "{}", content_type="application/json").status_code
    return getattr(browser, method)(url).status_code


def answers(address, values, browsers, method):
    """Return the statuses that the cast gets, in order; each request is rolled back, with its cookies."""
    statuses = []
    for who in CAST:
        browser, cookies = browsers[who]
        browser.cookies = cookies.copy()
        with suppress(Undo), transaction.atomic():
            statuses.append(sent(browser, method, address.url(values)))
            raise Undo
    return " ".join(map(str, statuses))


@pytest.mark.long
@pytest.mark.django_db
def test_every_address_answers_everybody_as_expected(cast, zhang):
    with acting(cast["lin"]):
        row = perform("service.log_interaction", {"client": zhang.pk, "held_at": "2024-01-02 10:00", "summary": "来电"})
    browsers = {who: (browser := browser_of(cast[who]), browser.cookies) for who in CAST}
    made = {}
    for address in addresses():
        values = {"client_id": zhang.pk, "key": zhang.pk, "interaction_id": row.pk, "kind": "M37"}
        values["name"] = NAMES.get(address.pattern, DOES)
        made[address.pattern] = {
            "get": answers(address, values, browsers, "get"),
            "post": answers(address, values, browsers, "post"),
        }
    if os.environ.get("DAKEHU_WRITE_TABLES"):
        rows = [f'"{p}" = {{ get = "{a["get"]}", post = "{a["post"]}" }}' for p, a in sorted(made.items())]
        TABLE.write_text(HEAD.format(cast=", ".join(CAST)) + "\n".join(rows) + "\n", encoding="utf-8")
    expected = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    assert set(made) - set(expected) == set(), "new addresses: see the head of this file"
    assert set(expected) - set(made) == set(), "addresses that are gone: take them out of the table"
    wrong = {
        f"{m} {p}": f"{a[m]}, expected {expected[p][m]}" for p, a in made.items() for m in a if a[m] != expected[p][m]
    }
    assert wrong == {}


def test_no_row_of_the_table_holds_a_fault():
    for pattern, row in tomllib.loads(TABLE.read_text(encoding="utf-8")).items():
        assert not re.search(r"\b5\d\d\b", f"{row['get']} {row['post']}"), pattern


def test_in_the_table_another_teams_client_is_never_seen():
    wang = CAST.index("wang")
    for pattern, row in tomllib.loads(TABLE.read_text(encoding="utf-8")).items():
        if "client_id" in pattern:
            report = {row["get"].split()[wang], row["post"].split()[wang]}
            assert report <= {"404", "405"} or report == {"301", "308"}, pattern  # a redirect reveals nothing


def test_in_the_table_nobody_gets_a_page_without_signing_in():
    open_to_all = {
        "sign-in",
        "sign-in/passkey",
        "health",
        "ready",
        "language",
        "static/<path>",
        "published/<str:token>",
        "book/<str:token>/",
        "test/<str:token>/",  # the risk questionnaire, which the client answers
        "s/<str:token>",  # a survey, which the client answers
        "training/enter",  # entry to the training desk by a single-use link
    }
    for pattern, row in tomllib.loads(TABLE.read_text(encoding="utf-8")).items():
        if pattern not in open_to_all:
            assert {row["get"].split()[0], row["post"].split()[0]} <= {"302", "401", "403", "405"}, pattern


@pytest.mark.django_db
@pytest.mark.parametrize("who", CAST)
def test_every_question_and_verb_of_the_api_is_for_those_who_hold_its_right(cast, zhang, who):
    """The two URLs above represent many: here each query and action is requested by name."""
    user, browser = cast[who], browser_of(cast[who])
    held = ROLES[str(user.role)].permissions if user is not None else frozenset()
    wrong = []
    for path, entry, method in [
        *((f"/api/v1/queries/{n}", q, "get") for n, q in QUERIES.items()),
        *((f"/api/v1/actions/{n}", a, "post") for n, a in ACTIONS.items()),
    ]:
        with suppress(Undo), transaction.atomic():
            status = sent(browser, method, path)
            raise Undo
        if user is None:
            good = status == 401
        elif not getattr(entry, "is_public", True):
            good = status == 404
        elif entry.needs and entry.needs not in held:
            good = status == 403
        elif getattr(entry, "registration", ""):
            good = status == 403  # no user of the cast is registered
        else:
            good = status in (200, 400, 404) or (not entry.needs and status == 403)
        if not good:
            wrong.append(f"{path}: {status}")
    assert wrong == []

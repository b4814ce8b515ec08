"""The requests that real programs are known to send (the table of `dakehu odata check`), as each role."""

import pytest

from dakehu.interfaces.cli.odata_check.requests import requests
from tests.interfaces.odata.reader import desk_of

TABLE = requests()
PEOPLE = (
    "lin",
    "zhou",
    "he",
    pytest.param("wang", marks=pytest.mark.postgres),
    pytest.param("an", marks=pytest.mark.postgres),
)


def test_the_survey_is_replayed_whole():
    assert {int("".join(c for c in one.number if c.isdigit())) for one in TABLE} == set(range(1, 36))
    assert len({one.number for one in TABLE}) == len(TABLE) >= 35


@pytest.mark.parametrize("username", PEOPLE)
def test_every_request_is_answered_as_programs_need_it(username, request, book, foreign):
    sees_all = username in ("he", "an")
    user = request.getfixturevalue(username)
    own = book[0] if username == "wang" else foreign
    desk = desk_of(user, 0 if sees_all else own)
    wrong = {one.number: fault for one in TABLE if (fault := one.run(desk))}
    assert wrong == {}


def test_a_wrong_answer_is_found_out(lin, book):
    desk = desk_of(lin)
    by_number = {one.number: one for one in TABLE}
    assert by_number["17"].run(desk) == ""
    desk.cache["Clients/$count"] = desk.ask("Clients/$count?$filter=id eq 0")
    assert "Unexpected" in by_number["17"].run(desk)
    assert "Unexpected" in by_number["9"].run(desk)

"""Which rows are read from a replica, and when its lag is acceptable; scripts/replica_drive.py tests a real one."""

from types import SimpleNamespace

import pytest
from django.conf import settings

from dakehu.foundation.database.replica import ALIAS, Lag, ReplicaRouter, reading_from_replica
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces.web.replica_reads import may_read_there

ROUTER = ReplicaRouter()


def test_a_replica_that_has_replayed_everything_lags_by_nothing():
    assert Lag().note(100.0, 500, 500) == 0


def test_one_that_stands_still_lags_more_and_more_and_one_never_seen_equal_without_end():
    lag = Lag()
    assert lag.note(100.0, 500, 500) == 0
    assert [lag.note(100.0 + n, 500 + n, 500) for n in (1, 2, 3)] == [1, 2, 3]
    assert lag.note(104.0, 510, 502) == 2  # it has the primary's state of 102
    assert Lag().note(100.0, 500, 499) == float("inf")


@pytest.mark.django_db(transaction=True)
def test_client_data_is_read_there_but_neither_people_nor_anything_in_an_act():
    from django.db import transaction

    client, user, job = model_of("clients.Client"), model_of("team.User"), model_of("foundation.Job")
    assert ROUTER.db_for_read(client) is None
    with reading_from_replica():
        assert ROUTER.db_for_read(client) == ALIAS
        assert ROUTER.db_for_read(user) is None and ROUTER.db_for_read(job) is None
        with transaction.atomic():
            assert ROUTER.db_for_read(client) is None
    assert ROUTER.db_for_write(client) == "default"
    assert ROUTER.allow_migrate(ALIAS, "clients") is False and ROUTER.allow_migrate("default", "clients") is None


PAGE = {"method": "GET", "accept": "text/html", "cookies": {}, "htmx": "", "signed_in": True}


@pytest.mark.parametrize(
    ("differently", "may"),
    [
        ({}, True),
        ({"method": "POST"}, False),
        ({"cookies": {"written": "1"}}, False),
        ({"htmx": "true"}, False),
        ({"accept": "application/json"}, False),
        ({"signed_in": False}, False),
    ],
)
def test_only_whole_pages_of_whoever_has_not_just_written_come_from_there(monkeypatch, differently, may):
    monkeypatch.setitem(settings.DATABASES, ALIAS, {})
    asked = PAGE | differently
    request = SimpleNamespace(
        method=asked["method"],
        COOKIES=asked["cookies"],
        headers={"Accept": asked["accept"], "HX-Request": asked["htmx"]},
        user=SimpleNamespace(is_authenticated=asked["signed_in"]),
    )
    assert may_read_there(request) is may


def test_without_a_replica_nothing_is_read_there():
    assert ALIAS not in settings.DATABASES
    assert may_read_there(SimpleNamespace()) is False

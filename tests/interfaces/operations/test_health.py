"""/health reports that the process is alive, /ready whether it accepts requests: both without other content."""

import pytest
from django.db import OperationalError
from django.test import Client as Browser

from dakehu.foundation.installation import key_check
from dakehu.interfaces.operations import readiness


@pytest.fixture(autouse=True)
def _as_at_start(monkeypatch):
    monkeypatch.setattr(readiness, "_in_order_until", 0.0)
    yield
    readiness.end_draining()


def ready():
    answer = Browser().get("/ready")
    return answer.status_code, answer.json()


def test_whoever_is_elsewhere_learns_that_it_lives_and_nothing_else(db):
    assert Browser(REMOTE_ADDR="10.0.0.9").get("/health").json() == {"state": "ok"}


def test_a_desk_in_order_is_ready_and_says_only_that(db):
    assert ready() == (200, {"ready": True})


def test_a_desk_that_is_about_to_end_is_not_ready(db):
    readiness.begin_draining()
    assert ready() == (503, {"ready": False})
    readiness.end_draining()
    assert ready()[0] == 200


def test_without_its_keys_it_is_not_ready(db, monkeypatch):
    def foreign():
        raise key_check.KeyTrouble("keys of another desk")

    monkeypatch.setattr(key_check, "check_keys", foreign)
    assert ready() == (503, {"ready": False})


def test_behind_its_tables_it_is_not_ready(db, monkeypatch):
    monkeypatch.setattr(readiness.MigrationExecutor, "migration_plan", lambda self, targets: [("clients", "0099")])
    assert ready() == (503, {"ready": False})


def test_without_its_database_it_lives_and_is_not_ready(db, monkeypatch):
    def gone(*_):
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as away:
        away.setattr(readiness.connection, "cursor", gone)
        assert ready() == (503, {"ready": False})
        assert Browser(REMOTE_ADDR="10.0.0.9").get("/health").status_code == 200

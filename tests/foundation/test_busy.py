"""During another user's long write on SQLite, readers are not blocked and writers get a message."""

import json
import sqlite3
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client as Browser

from dakehu.domains.service.models import Interaction
from dakehu.domains.team.sign_in.sessions import SEEN
from dakehu.foundation.database.lock_timeout import Busy
from dakehu.foundation.gates import perform
from tests.cast import acting

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "dakehu.domains.team.sign_in.backends.StaffBackend"


@pytest.fixture
def long_write() -> Iterator[sqlite3.Connection]:
    """Yield another connection that can start a write that does not end, as a large import does."""
    other = sqlite3.connect(str(connection.settings_dict["NAME"]), uri=True, isolation_level=None)
    yield other
    if other.in_transaction:
        other.execute("ROLLBACK")
    other.close()


@pytest.fixture
def short_wait(monkeypatch):
    """Let writes wait 0.1 seconds instead of 20, on any connection."""
    connection.close()
    options = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(options, "init_command", options["init_command"].replace("=20000", "=100"))
    yield
    connection.close()


def test_who_writes_meanwhile_is_told_to_try_again_and_keeps_what_was_typed(short_wait, lin, zhang, long_write):
    page = Browser()
    page.force_login(lin, backend=BACKEND)
    page.get("/clients/")
    long_write.execute("BEGIN IMMEDIATE")
    with acting(lin), pytest.raises(Busy, match="正在进行大批写入"):
        perform("service.log_interaction", {"client": zhang.pk, "held_at": "2026-01-05 10:00", "summary": "初访"})
    sent = {"held_at": "2026-01-05T10:00", "summary": "客户问起年报", "channel": "call", "form": "composer"}
    report = page.post(f"/clients/{zhang.pk}/actions/service.log_interaction", sent)
    assert report.status_code == 422
    assert "正在进行大批写入" in report.content.decode() and "客户问起年报" in report.content.decode()
    asked = {"client": zhang.pk, "held_at": "2026-01-05 10:00", "summary": "初访"}
    report = page.post("/api/v1/actions/service.log_interaction", json.dumps(asked), "application/json")
    assert report.status_code == 503 and "正在进行大批写入" in report.json()["messages"][""][0]
    long_write.execute("ROLLBACK")
    with acting(lin):
        assert not Interaction.objects.exists()
        perform("service.log_interaction", {"client": zhang.pk, "held_at": "2026-01-05 10:00", "summary": "初访"})


def test_who_reads_meanwhile_reads_on_though_the_time_of_their_visit_is_due_to_be_noted(lin, zhang, long_write):
    page = Browser()
    page.force_login(lin, backend=BACKEND)
    session = page.session
    session[SEEN] = 1
    session.save()
    long_write.execute("BEGIN IMMEDIATE")
    assert page.get("/clients/").status_code == 200
    assert page.session[SEEN] == 1
    long_write.execute("ROLLBACK")
    assert page.get("/clients/").status_code == 200
    assert page.session[SEEN] > 1
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone()[0] == 20_000

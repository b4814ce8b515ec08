"""The log: one number for a request and all that follows from it, and no personal value from any source."""

import io
import json
import logging
from dataclasses import replace

import pytest
from django.db import IntegrityError
from django.test import Client as Browser

from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.log_lines import JsonLines, RequestNumber, TextLines
from dakehu.foundation.base.request_number import within_request
from dakehu.foundation.gates import QUERIES, perform
from dakehu.foundation.jobs import queue
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.interfaces.operations import middleware
from tests.cast import PASSWORD, acting, as_system

NAME, PHONE, ID_NUMBER, SEARCH = "张伟强", "13912345678", "110105199003070017", "欧阳查询词"
PERSONAL = (NAME, PHONE, ID_NUMBER, SEARCH, "a-secret-token", PASSWORD, "%E5%BC%A0%E4%BC%9F%E5%BC%BA")


@pytest.fixture(params=["json", "text"])
def log(request, settings):
    """The lines of the log, in the configured format."""
    settings.LOG_FORMAT = request.param
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if request.param == "json" else TextLines())
    handler.addFilter(RequestNumber())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def burst(*_, **__):
    try:
        raise IntegrityError(f"Key (name)=({NAME}) already exists, phone {PHONE}")
    except IntegrityError as fault:
        raise ValueError(f"cannot save {NAME} {ID_NUMBER}") from fault


def test_a_story_of_requests_leaves_no_personal_value_in_the_log(log, lin, monkeypatch):
    browser = Browser(HTTP_ACCEPT="text/html", raise_request_exception=False)
    browser.post("/sign-in", {"username": NAME, "password": "wrong-password"})
    browser.post("/sign-in", {"username": "lin", "password": PASSWORD})
    with acting(lin):
        perform("clients.create", {"name": NAME, "phone": PHONE, "id_number": ID_NUMBER})
    browser.get("/clients/", {"q": SEARCH})
    browser.get(f"/no-such-page/{NAME}/")
    browser.get("/s/a-secret-token")
    browser.get("/test/a-secret-token/")
    browser.get("/", HTTP_HOST=f"{PHONE}.example")
    monkeypatch.setitem(QUERIES, "service.today_list", replace(QUERIES["service.today_list"], body=burst))
    answer = browser.get("/")
    assert answer.status_code == 500 and answer["X-Request-Id"] in log.getvalue()
    monkeypatch.setitem(queue.JOBS, "trial", burst)
    with acting_as(system_actor("queue a job", "test")):
        queue.start("trial", name=NAME)
    queue.run_job(queue.claim_job("test"), "test")
    logging.getLogger("some.library").error("row of %s", NAME)
    logging.getLogger("some.library").error(f"row of {PHONE}")
    text = log.getvalue()
    assert [value for value in PERSONAL if value in text] == []
    assert "ValueError" in text and "IntegrityError" in text and "test_log.py" in text  # what is needed to fix it


def test_each_line_of_json_is_an_object_with_route_status_and_times(settings, lin):
    settings.LOG_FORMAT = "json"
    lines: list[dict] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(json.loads(JsonLines().format(record)))
    handler.addFilter(RequestNumber())
    middleware.log.addHandler(handler)
    try:
        answer = Browser(HTTP_ACCEPT="text/html").get("/sign-in")
        Browser(HTTP_ACCEPT="text/html").get("/s/a-secret-token")  # survey visits are not logged, not even their time
    finally:
        middleware.log.removeHandler(handler)
    assert [(line["route"], line["status"], line["request"]) for line in lines] == [
        ("sign-in", 200, answer["X-Request-Id"])
    ]
    assert {"at", "level", "ms", "database_ms", "statements"} <= set(lines[0])


def test_a_job_carries_the_number_of_the_request_into_log_and_audit(log, db, monkeypatch):
    def body(progress):
        logging.getLogger("dakehu.trial").warning("the job works")
        with act("test.settle"):
            add_audit_note(clients=0)

    monkeypatch.setitem(queue.JOBS, "trial", body)
    with within_request("00112233aabbccdd"), acting_as(system_actor("queue a job", "test")):
        queue.start("trial")
    assert queue.run_job(queue.claim_job("test"), "test") == "done"
    assert "00112233aabbccdd" in next(line for line in log.getvalue().splitlines() if "the job works" in line)
    with as_system():
        assert AuditEntry.objects.order_by("-pk").first().request_id == "00112233aabbccdd"


def test_the_desks_own_lines_keep_numbers_and_leave_the_text_of_faults_out():
    record = logging.LogRecord("dakehu.x", logging.ERROR, "x.py", 1, "%s by %s: %s", ("a", 7, ValueError(NAME)), None)
    assert json.loads(JsonLines().format(record))["message"] == "a by 7: ValueError"
    record = logging.LogRecord("django.x", logging.ERROR, "x.py", 1, "Not Found: %s after %d", (NAME, 3), None)
    assert json.loads(JsonLines().format(record))["message"] == "Not Found: … after 3"

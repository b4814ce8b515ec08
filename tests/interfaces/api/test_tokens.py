"""Tokens: read-only ones, the first use of a day, and as the password of HTTP Basic for table programs."""

import base64
import json

import pytest
from django.test import Client as Browser

from dakehu.domains.team.models import Token
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import PASSWORD, acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def made(user, **given):
    with acting(user):
        return perform("team.create_token", {"name": "表格", **given})["token"]


def basic(username, password):
    return {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


def test_a_table_program_signs_in_with_user_name_and_token(lin, wang, zhang):
    key = made(lin)
    assert Browser().get("/api/v1/clients", **basic("lin", key)).status_code == 200
    for username, password in (("wang", key), ("lin", PASSWORD), ("lin", ""), ("", key)):
        assert Browser().get("/api/v1/clients", **basic(username, password)).status_code == 401
    assert Browser().get("/api/v1/clients", HTTP_AUTHORIZATION="Basic ???").status_code == 401
    asked = Browser().get("/api/v1/clients")
    assert asked.status_code == 401 and asked["WWW-Authenticate"].startswith("Basic")


def test_a_read_only_token_asks_and_never_writes(lin, zhang):
    key = made(lin, read_only=True)
    given = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    assert Browser().get("/api/v1/clients", **given).status_code == 200
    body = json.dumps({"name": "李四", "code": "C0009"})
    answer = Browser().post("/api/v1/actions/clients.create", body, content_type="application/json", **given)
    assert answer.status_code == 403 and "只读" in answer.content.decode()


def test_the_first_use_of_a_day_is_noted_once(lin):
    key = made(lin)
    for _ in range(3):
        Browser().get("/api/v1/clients", HTTP_AUTHORIZATION=f"Bearer {key}")
    assert Token.objects.get(user=lin).last_used_on == clock.today()
    with as_system():
        assert AuditEntry.objects.filter(action="team.record_token_use").count() == 1

"""Tokens end with the person's credentials, and grant no more than the person granted them."""

import json
from datetime import timedelta

import pytest
from django.test import Client as Browser

from dakehu.domains.team.models import Notice, Token
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused, TooManyRequests
from dakehu.foundation.gates import ask, perform
from tests.cast import PASSWORD, acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NEW = "Another-horse-7"
BACKEND = "dakehu.domains.team.sign_in.backends.StaffBackend"


def make_token(user, **given):
    with acting(user):
        return perform("team.create_token", {"name": "测试", **given})["token"]


def call(key, method, path, body=None):
    made = Browser(raise_request_exception=False).generic(
        method,
        f"/api/v1{path}",
        json.dumps(body) if body is not None else "",
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {key}",
    )
    return made.status_code, json.loads(made.content)


def test_a_token_ends_when_the_person_changes_the_password(lin):
    key = make_token(lin)
    assert call(key, "GET", "/clients")[0] == 200
    with acting(lin):
        perform("team.change_my_password", {"current": PASSWORD, "password": NEW})
    assert call(key, "GET", "/clients")[0] == 401


def test_tokens_and_sessions_end_when_the_administrator_resets_the_password_and_the_person_is_told(lin, admin):
    key, browser = make_token(lin), Browser()
    browser.force_login(lin, backend=BACKEND)
    with acting(admin):
        perform("team.reset_password", {"user": "lin", "password": NEW})
    assert call(key, "GET", "/clients")[0] == 401
    assert browser.get("/clients/").status_code == 302
    assert Notice.objects.filter(user=lin, kind="password_reset").exists()


def test_a_token_does_not_come_back_with_a_person_who_comes_back(lin, admin):
    key = make_token(lin)
    with acting(admin):
        perform("team.change_user", {"user": "lin", "is_active": False})
        assert call(key, "GET", "/clients")[0] == 401
        perform("team.change_user", {"user": "lin", "is_active": True})
    assert call(key, "GET", "/clients")[0] == 401


def test_the_administrator_sees_and_ends_the_tokens_of_others(lin, wang, admin):
    key = make_token(lin)
    with acting(admin):
        (row,) = ask("team.tokens_of", {"user": "lin"})
        assert key not in json.dumps(row, default=str)
        assert len(ask("team.tokens_of", {})) == 1
        perform("team.end_token", {"token": row["id"]})
    assert call(key, "GET", "/clients")[0] == 401
    with acting(wang), pytest.raises(NotAllowed):
        ask("team.tokens_of", {"user": "lin"})


def test_the_page_of_somebodys_tokens_ends_one(lin, admin):
    make_token(lin)
    browser = Browser(HTTP_ACCEPT="text/html")
    browser.force_login(admin, backend=BACKEND)
    assert "测试" in browser.get(f"/staff/{lin.pk}/tokens").content.decode()
    browser.post(f"/staff/{lin.pk}/tokens", {"token": Token.objects.get().pk})
    assert Token.objects.get().revoked


def test_a_token_makes_no_wider_and_no_longer_one(lin):
    soon = (clock.today() + timedelta(days=5)).isoformat()
    key = make_token(lin, scopes=["client.read"], expires_on=soon)
    status, made = call(key, "POST", "/do/team.create_token", {"name": "x"})
    assert (status, made["scopes"], made["expires_on"]) == (200, ["client.read"], soon)
    later = (clock.today() + timedelta(days=6)).isoformat()
    assert call(key, "POST", "/do/team.create_token", {"name": "x", "expires_on": later})[0] == 400
    assert call(key, "POST", "/do/team.create_token", {"name": "x", "scopes": ["client.write"]})[0] == 400


def test_a_token_neither_guesses_the_password_nor_lists_sessions_tokens_and_factors(lin):
    key = make_token(lin)
    body = {"current": PASSWORD, "password": NEW}
    assert call(key, "POST", "/do/team.change_my_password", body)[0] == 403
    for name in ("team.sessions", "team.tokens", "team.factors"):
        assert call(key, "GET", f"/q/{name}")[0] == 403


def test_whoever_is_signed_in_guesses_five_times_and_no_more(lin):
    with acting(lin):
        for _ in range(5):
            with pytest.raises(Refused):
                perform("team.change_my_password", {"current": "wrong", "password": NEW})
        with pytest.raises(TooManyRequests):
            perform("team.change_my_password", {"current": PASSWORD, "password": NEW})
    with as_system():
        assert AuditEntry.objects.filter(action="team.wrong_password").count() == 5


def test_an_empty_list_of_scopes_is_no_right_at_all(lin, zhang):
    key = make_token(lin, scopes=[])
    assert call(key, "GET", "/clients")[0] == 403
    assert call(key, "GET", "/q/team.me")[1]["permissions"] == []


@pytest.mark.parametrize("scopes", [[1, None], {"a": 1}, [["client.read"]], "client.read", [True]])
def test_scopes_that_are_no_list_of_names_are_refused(lin, scopes):
    with acting(lin), pytest.raises(Refused) as refused:
        perform("team.create_token", {"name": "x", "scopes": scopes})
    assert set(refused.value.messages) == {"scopes"}

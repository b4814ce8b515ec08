"""Signing in and out, the lock, the first password, and the headers of a page."""

from dataclasses import replace

import pytest
from django.db import models

from tests.cast import PASSWORD

WRONG = "Wrong-horse-9"


@pytest.fixture
def door(client):
    """The web interface as a browser gets it, in Chinese."""
    client.defaults["HTTP_ACCEPT"] = "text/html"
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return client


def enter(door, username, password=PASSWORD, next_page="/"):
    return door.post("/sign-in", {"username": username, "password": password, "next": next_page})


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page_and_back(door, lin):
    led = door.get("/clients/?q=zhang")
    assert led.status_code == 302
    assert led["Location"].startswith("/sign-in?next=%2Fclients%2F%3Fq%3Dzhang")
    assert enter(door, "lin", next_page="/clients/?q=zhang")["Location"] == "/clients/?q=zhang"


def test_nobody_is_led_to_another_site_after_signing_in(door, lin):
    assert enter(door, "lin", next_page="https://elsewhere.example/")["Location"] == "/"


def test_scripts_and_htmx_are_told_that_the_session_has_ended(door, lin):
    assert door.get("/clients/rows", HTTP_ACCEPT="application/json").status_code == 401
    fragment = door.get("/clients/1/peek", HTTP_HX_REQUEST="true")
    assert fragment.status_code == 401
    assert fragment["HX-Redirect"].startswith("/sign-in")


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(door, lin):
    wrong = enter(door, "lin", WRONG)
    unknown = enter(door, "nobody", WRONG)
    assert wrong.status_code == unknown.status_code == 401
    assert "登录名或密码不正确" in wrong.content.decode()
    assert "登录名或密码不正确" in unknown.content.decode()


def test_five_wrong_passwords_lock_the_name_and_the_page_says_for_how_long(door, lin):
    answers = [enter(door, "lin", WRONG) for _ in range(5)]
    assert answers[-1].status_code == 429
    assert "锁定 15 分钟" in answers[-1].content.decode()
    assert enter(door, "lin").status_code == 429
    english = door.post("/sign-in", {"username": "lin", "password": PASSWORD}, HTTP_ACCEPT_LANGUAGE="en-GB")
    assert "locked for 15 minutes" in english.content.decode()


def test_a_sign_in_is_on_the_record_under_the_name_of_whoever_signed_in(door, lin):
    from dakehu.foundation.audit.models import AuditEntry
    from tests.cast import as_system

    enter(door, "lin", WRONG)
    enter(door, "lin")
    with as_system():
        entries = list(AuditEntry.objects.filter(action="team.record_sign_in"))
    assert [(entry.actor_name, entry.door) for entry in entries] == [("林晓", "web")]


def test_signing_out_takes_a_post_and_ends_the_session(door, lin):
    enter(door, "lin")
    assert door.get("/sign-out").status_code == 405
    assert door.post("/sign-out")["Location"] == "/sign-in"
    assert door.get("/").status_code == 302


def test_a_session_whose_time_is_over_and_one_of_a_user_who_left_open_nothing(door, lin):
    from datetime import timedelta

    from django.contrib.sessions.models import Session

    from dakehu.domains.team.models import User
    from dakehu.foundation.base import clock

    enter(door, "lin")
    assert door.get("/").status_code == 200
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    assert door.get("/")["Location"].startswith("/sign-in")
    enter(door, "lin")
    assert door.get("/").status_code == 200
    models.QuerySet(User).filter(pk=lin.pk).update(is_active=False)
    assert door.get("/")["Location"].startswith("/sign-in")


def test_a_first_password_must_be_changed_before_anything_else(door, teams):
    from dakehu.foundation.gates import perform
    from tests.cast import as_system

    with as_system():
        perform("team.add_user", {"username": "new", "name": "新人", "role": "manager", "password": PASSWORD})
    enter(door, "new")
    assert door.get("/clients/")["Location"] == "/me/password"
    assert "这是初始密码" in door.get("/me/password").content.decode()
    weak = door.post("/me/password", {"current": PASSWORD, "password": "12345"})
    assert weak.status_code == 422
    changed = door.post("/me/password", {"current": PASSWORD, "password": "Another-horse-7"})
    assert changed["Location"] == "/"
    assert door.get("/").status_code == 200


def test_every_page_carries_a_strict_content_policy_and_is_not_stored(door, lin):
    enter(door, "lin")
    page = door.get("/")
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert page["Cache-Control"] == "no-store"
    assert page["X-Request-Id"]
    assert " style=" not in page.content.decode()
    assert " onclick=" not in page.content.decode()


def test_the_language_follows_the_user_and_can_be_switched_by_hand(door, lin):
    assert "Sign in" in door.get("/sign-in", HTTP_ACCEPT_LANGUAGE="en-US").content.decode()
    enter(door, "lin")
    assert "今日工作台" in door.get("/").content.decode()
    door.post("/language", {"language": "en", "next": "/"})
    assert "What to do" in door.get("/").content.decode()


def test_a_fault_of_ours_shows_a_number_and_never_a_stack_trace(door, lin, monkeypatch):
    from dakehu.foundation.gates import QUERIES

    def burst(**given):
        raise RuntimeError("secret detail")

    monkeypatch.setitem(QUERIES, "service.today_list", replace(QUERIES["service.today_list"], body=burst))
    enter(door, "lin")
    page = door.get("/")
    assert page.status_code == 500
    assert page["X-Request-Id"] in page.content.decode()
    assert "secret detail" not in page.content.decode()
    assert "Traceback" not in page.content.decode()


def test_the_desk_says_to_its_own_machine_whether_the_worker_is_alive(door, db):
    answer = door.get("/health", HTTP_HOST="localhost").json()
    assert {"state", "worker", "worker_seen"} <= set(answer)
    assert answer["state"] in ("ok", "no worker")

"""The second step of a sign-in: app codes, recovery codes, roles that require one, resets, sessions, notices."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from dakehu.domains.team.sign_in import second_factors
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.gates import perform
from tests.cast import PASSWORD, acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def code_of(secret, ahead=0):
    """Return the code that an authenticator app shows `ahead` half minutes from now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
    made = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = made[-1] & 15
    return f"{(int.from_bytes(made[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


def browser():
    return Browser(HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="zh-CN", HTTP_USER_AGENT="Firefox/140 Linux")


def enter(door, username="lin", password=PASSWORD):
    return door.post("/sign-in", {"username": username, "password": password})


def acts(name):
    with as_system():
        return list(AuditEntry.objects.filter(action=name).order_by("pk"))


def turn_on(door):
    """Set up an app as a person does; return its secret and the recovery codes."""
    page = door.get("/me/security/codes").content.decode()
    secret = re.search(r'id="totp-secret">([^<]+)<', page)[1].replace(" ", "")
    done = door.post("/me/security/codes", {"code": code_of(secret)})
    return secret, re.findall(r'<code class="reveal">(\d{8})</code>', done.content.decode())


@pytest.fixture
def guarded(lin):
    """Lin with an app: her browser, the secret and the recovery codes."""
    door = browser()
    enter(door)
    return door, *turn_on(door)


def test_with_an_app_the_password_alone_no_longer_opens_the_desk(guarded):
    _, secret, codes = guarded
    assert len(codes) == 10
    door = browser()
    assert enter(door)["Location"].startswith("/sign-in/second")
    assert door.get("/")["Location"].startswith("/sign-in?")
    assert door.post("/sign-in/second", {"code": "000000"}).status_code == 401
    assert door.post("/sign-in/second", {"code": code_of(secret, 1)})["Location"] == "/"
    assert door.get("/").status_code == 200
    assert [entry.actor_name for entry in acts("team.turn_on_codes")] == ["林晓"]
    assert '"how":"code"' in acts("team.record_failed_sign_in")[-1].body.replace(" ", "")


def test_a_code_is_good_once(guarded):
    _, secret, _ = guarded
    code = code_of(secret, 1)
    for status in (302, 401):
        door = browser()
        enter(door)
        assert door.post("/sign-in/second", {"code": code}).status_code == status


def test_a_recovery_code_is_good_once_and_leaves_its_act(guarded):
    _, _, codes = guarded
    for status in (302, 401):
        door = browser()
        enter(door)
        assert door.post("/sign-in/second", {"code": codes[3]}).status_code == status
    assert ['"left":9' in entry.body.replace(" ", "") for entry in acts("team.use_code")] == [True]


def test_five_wrong_codes_lock_the_name_though_the_password_is_right(guarded):
    door = browser()
    enter(door)
    assert [door.post("/sign-in/second", {"code": "123"}).status_code for _ in range(5)][-1] == 429
    assert enter(browser()).status_code == 429


def test_secrets_and_seeds_are_sealed_at_rest_and_while_they_are_set_up(guarded, lin):
    door, secret, codes = guarded
    stored = str([row.data for row in Authenticator.objects.filter(user=lin)])
    assert secret not in stored and not any(code in stored for code in codes)
    assert secret not in str(dict(door.session))
    bodies = "".join(entry.body for entry in acts("team.turn_on_codes") + acts("team.create_recovery_codes"))
    assert secret not in bodies and not any(code in bodies for code in codes)


def test_changes_ask_for_the_password_when_it_was_given_long_ago(guarded, lin):
    door, *_ = guarded
    session = door.session
    session["proved"] = 0
    session.save()
    row = Authenticator.objects.get(user=lin, type="totp")
    assert door.post(f"/me/security/factors/{row.pk}/remove")["Location"] == "/me/security/prove"
    assert second_factors.kinds_of(lin) == {"totp"}
    assert door.post("/me/security/prove", {"password": "Wrong-horse-9"}).status_code == 401
    assert door.post("/me/security/prove", {"password": PASSWORD})["Location"] == "/me/security"
    door.post(f"/me/security/factors/{row.pk}/remove")
    assert not Authenticator.objects.filter(user=lin).exists()


def test_nobody_takes_away_another_persons_factor(guarded, lin, wang):
    other = browser()
    enter(other, "wang")
    row = Authenticator.objects.get(user=lin, type="totp")
    assert other.post(f"/me/security/factors/{row.pk}/remove").status_code == 404
    assert second_factors.kinds_of(lin) == {"totp"}


def test_a_role_that_needs_a_second_factor_is_led_to_set_it_up(lin, admin, settings):
    settings.SECOND_FACTOR_ROLES = ("admin",)
    door = browser()
    enter(door, "admin")
    assert door.get("/staff/")["Location"] == "/me/security"
    assert door.get("/api/v1/clients").status_code == 401
    assert "必须使用两步登录" in door.get("/me/security").content.decode()
    turn_on(door)
    assert door.get("/staff/").status_code == 200
    other = browser()
    enter(other)
    assert other.get("/clients/").status_code == 200


def test_an_administrator_resets_a_lost_factor_and_the_user_sees_it(guarded, lin, admin):
    desk = browser()
    enter(desk, "admin")
    assert desk.post(f"/staff/{lin.pk}/second").status_code == 302
    assert [entry.actor_name for entry in acts("team.reset_second_factor")] == ["管理员"]
    door = browser()
    assert enter(door)["Location"] == "/"
    assert "两步登录被重置" in door.get("/notices/").content.decode()
    with acting(lin), pytest.raises(NotAllowed):
        perform("team.reset_second_factor", {"user": admin.pk})


def test_a_new_device_is_told_in_the_bell_until_it_is_read_and_once_however_often_it_came(lin):
    def unread():
        return first.get("/notices/?part=panel").content.decode()

    first = browser()
    enter(first)
    first.post("/sign-out")
    enter(first)
    assert "新设备登录" not in unread()
    for _ in range(3):
        enter(Browser(HTTP_USER_AGENT="Chrome/140 Windows NT"))
    assert unread().count("新设备登录") == 1
    assert "Chrome · Windows · 127.0.0.1" in unread() and '<span class="tag">3</span>' in unread()
    assert "新设备登录" not in first.get("/").content.decode()
    key = re.search(r'name="key" value="([^"]+)"', first.get("/notices/").content.decode())[1]
    first.post("/notices/read", {"key": key})
    assert "新设备登录" not in unread()


def test_sessions_are_listed_and_ended_one_by_one_and_all_at_once(lin, wang):
    here, there, third, stranger = (browser() for _ in range(4))
    for door in (here, there, third):
        enter(door)
    enter(stranger, "wang")
    page = here.get("/me/security").content.decode()
    numbers = re.findall(r"/me/security/sessions/(\d+)/end", page)
    assert len(numbers) == 2 and "Firefox · Linux" in page
    assert stranger.post(f"/me/security/sessions/{numbers[0]}/end").status_code == 404
    here.post(f"/me/security/sessions/{numbers[0]}/end")
    assert sorted(door.get("/").status_code for door in (there, third)) == [200, 302]
    here.post("/me/security/sessions/end-others")
    assert [door.get("/").status_code for door in (here, there, third, stranger)] == [200, 302, 302, 200]
    assert len(acts("team.end_session")) == len(acts("team.end_other_sessions")) == 1


def test_a_failed_sign_in_is_on_the_record_until_the_name_is_locked(lin):
    door = browser()
    for _ in range(7):
        enter(door, password="Wrong-horse-9")
    assert len(acts("team.record_failed_sign_in")) == 5
    assert "Wrong-horse" not in "".join(entry.body for entry in acts("team.record_failed_sign_in"))

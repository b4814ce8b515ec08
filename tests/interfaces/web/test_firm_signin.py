"""The firm's own sign-in: a small OpenID Connect provider on this machine signs real id_tokens."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.signals import user_logged_in
from django.test import Client as Browser

from dakehu.domains.team.models import User
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.gates import perform
from tests.cast import as_system
from tests.interfaces.web.test_second_factor import acts, code_of, enter, turn_on

pytestmark = [pytest.mark.django_db]


class Provider(ThreadingHTTPServer):
    """A provider that returns `claims` for every user, and checks client, secret and PKCE."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Desk)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signs_with = self.key
        self.claims, self.given, self.refused = {}, {}, []

    def challenge(self, asked):
        """Sign a user in at the provider; return the code that it sends back."""
        self.given["code-1"] = asked
        return "code-1"


class Desk(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self):
        at = self.server.url
        if self.path == "/keys":
            known = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.server.key.public_key()))
            return self.say({"keys": [{**known, "kid": "1", "alg": "RS256"}]})
        return self.say(
            {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/keys",
                "userinfo_endpoint": f"{at}/me",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    def do_POST(self):
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
        asked = self.server.given.pop(form.get("code"), None)
        client = base64.b64decode(self.headers.get("Authorization", "Basic ").split(" ")[1]).decode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
        if asked is None or client != "desk:s3cret" or proof.rstrip("=") != asked["code_challenge"]:
            self.server.refused.append(form)
            return self.say({"error": "invalid_grant"}, 400)
        claims = {
            "iss": self.server.url,
            "aud": "desk",
            "iat": int(time.time()),
            "exp": int(time.time()) + 60,
            **self.server.claims,
        }
        token = jwt.encode(claims, self.server.signs_with, algorithm="RS256", headers={"kid": "1"})
        return self.say({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def say(self, answer, status=200):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *args):
        """Log nothing."""


@pytest.fixture
def provider(settings):
    made = Provider()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    settings.OIDC_URL, settings.OIDC_MATCH = made.url, "mail"
    app = {
        "provider_id": "firm",
        "name": "firm",
        "client_id": "desk",
        "secret": "s3cret",
        "settings": {"server_url": made.url, "fetch_userinfo": False},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def li(teams):
    with as_system():
        user = perform(
            "team.add_user",
            {
                "username": "li",
                "name": "李敏",
                "role": "manager",
                "password": "Correct-horse-9",
                "mail": "li@firm.example",
            },
        )
    return user


def through(provider, door, **claims):
    """Sign in at the provider with these claims and return with its code."""
    provider.claims = claims
    sent = door.get("/sign-in/firm")
    assert sent.status_code == 302 and sent["Location"].startswith(f"{provider.url}/authorize?")
    asked = {k: v[0] for k, v in parse_qs(urlsplit(sent["Location"]).query).items()}
    assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
    code = provider.challenge(asked)
    return door.get("/sign-in/firm/callback", {"code": code, "state": asked["state"]})


def test_a_verified_address_lets_its_one_user_in_and_ties_the_account(provider, li):
    door = Browser(HTTP_ACCEPT="text/html")
    done = through(provider, door, sub="u1", email="Li@firm.example", email_verified=True)
    assert done.status_code == 302 and provider.refused == []
    assert door.get("/me/password").status_code == 200
    assert SocialAccount.objects.get().user_id == li.pk and SocialAccount.objects.get().extra_data == {}
    assert '"firm"' in acts("team.record_sign_in")[-1].body and len(acts("team.link_account")) == 1
    # From now on the link applies, whatever the address.
    again = through(provider, Browser(HTTP_ACCEPT="text/html"), sub="u1", email="other@firm.example")
    assert again.status_code == 302 and len(acts("team.link_account")) == 1


def test_after_the_firms_sign_in_no_more_is_done_as_the_desk_than_after_a_password(provider, li, lin):
    reaches = []

    def note(**_):
        reaches.append(current_actor().reach)

    user_logged_in.connect(note)
    try:
        enter(Browser(HTTP_ACCEPT="text/html"))
        through(provider, Browser(HTTP_ACCEPT="text/html"), sub="u1", email="li@firm.example", email_verified=True)
    finally:
        user_logged_in.disconnect(note)
    assert reaches == ["stranger", "stranger"]


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "u2", "email": "li@firm.example", "email_verified": False},
        {"sub": "u2", "email": "nobody@firm.example", "email_verified": True},
        {"sub": "u2", "preferred_username": "li"},
    ],
    ids=["not verified", "unknown", "by name"],
)
def test_whoever_is_not_clearly_somebody_here_stays_outside_and_nobody_is_made(provider, li, claims):
    before = User.objects.count()
    door = Browser(HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="zh-CN")
    refused = through(provider, door, **claims)
    assert refused.status_code == 403 and "没有对应的在用人员" in refused.content.decode()
    assert User.objects.count() == before and not SocialAccount.objects.exists()
    assert door.get("/").status_code == 302


def test_a_token_for_another_desk_or_out_of_date_and_a_forged_state_are_refused(provider, li):
    good = {"sub": "u1", "email": "li@firm.example", "email_verified": True}
    for wrong in ({"aud": "elsewhere"}, {"exp": int(time.time()) - 60}, {"iss": "http://127.0.0.1:1"}):
        assert through(provider, Browser(HTTP_ACCEPT="text/html"), **good, **wrong).status_code == 401
    forged = Browser(HTTP_ACCEPT="text/html").get("/sign-in/firm/callback", {"code": "code-1", "state": "made-up"})
    assert forged.status_code == 401


def test_a_token_signed_by_somebody_else_is_refused(provider, li):
    provider.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    door = Browser(HTTP_ACCEPT="text/html")
    assert through(provider, door, sub="u1", email="li@firm.example", email_verified=True).status_code == 401
    assert not SocialAccount.objects.exists()


def test_a_second_factor_of_the_desk_is_asked_for_after_the_firms_sign_in_too(provider, lin):
    door = Browser(HTTP_ACCEPT="text/html")
    enter(door)
    secret, _ = turn_on(door)
    with as_system():
        perform("team.change_user", {"user": lin.pk, "mail": "lin@firm.example"})
    other = Browser(HTTP_ACCEPT="text/html")
    done = through(provider, other, sub="u3", email="lin@firm.example", email_verified=True)
    assert done["Location"].startswith("/sign-in/second")
    assert other.post("/sign-in/second", {"code": code_of(secret, 1)})["Location"] == "/"


def test_a_provider_that_does_not_answer_is_said_to_be_away(provider, li):
    provider.shutdown()
    provider.server_close()
    page = Browser(HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="zh-CN").get("/sign-in/firm")
    assert page.status_code == 502 and "没有应答" in page.content.decode()

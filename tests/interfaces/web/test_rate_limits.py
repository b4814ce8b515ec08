"""One person, or one address, cannot send unlimited requests; behind a trusted proxy the address is the client's own."""

import pytest
from django.test import Client as Browser

from dakehu.domains.team.models import Device
from dakehu.foundation.gates import perform
from dakehu.interfaces import rate_limits
from dakehu.interfaces.client_address import client_address
from tests.architecture.pages import browser_of
from tests.cast import PASSWORD, acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture(autouse=True)
def counted(settings):
    settings.REQUESTS_PER_MINUTE = 40
    rate_limits.forget_counts()
    yield
    rate_limits.forget_counts()


def statuses(get, times):
    return [get().status_code for _ in range(times)]


def test_a_person_who_asks_too_much_waits_and_others_do_not(lin, wang, zhang):
    browser = browser_of(lin)
    got = statuses(lambda: browser.get("/api/v1/clients"), 42)
    assert got[:40] == [200] * 40 and got[40:] == [429, 429]
    refused = browser.get("/clients/")
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
    assert browser_of(wang).get("/api/v1/clients").status_code == 200


def test_pages_and_api_share_one_count_and_searches_cost_more(lin, zhang):
    browser = browser_of(lin)
    got = statuses(lambda: browser.get("/api/v1/clients?text=张"), 15)
    assert got.count(200) == 14
    assert browser.get("/clients/rows").status_code == 429


def test_tokens_are_not_guessed_without_end(lin):
    def guess():
        return Browser().get("/api/v1/clients", HTTP_AUTHORIZATION="Bearer dk_wrong")

    assert statuses(guess, 3) == [401, 429, 429]
    with acting(lin):
        key = perform("team.create_token", {"name": "x"})["token"]
    other = {"REMOTE_ADDR": "10.9.9.9", "HTTP_AUTHORIZATION": f"Bearer {key}"}
    assert Browser().get("/api/v1/clients", **other).status_code == 200


def test_nobody_signed_in_is_counted_by_address_and_health_is_not(lin):
    assert statuses(lambda: Browser().get("/sign-in"), 12).count(429) == 2
    assert statuses(lambda: Browser().get("/health"), 5) == [200] * 5


def test_without_a_limit_nothing_is_counted(settings, lin):
    settings.REQUESTS_PER_MINUTE = 0
    browser = browser_of(lin)
    assert set(statuses(lambda: browser.get("/api/v1/q/team.me"), 60)) == {200}


@pytest.mark.parametrize(
    "peer, forwarded, found",
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first is what the client wrote
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),  # two proxies of ours
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("203.0.113.50", "1.2.3.4", "203.0.113.50"),  # headers of a sender that is no proxy are ignored
    ],
)
def test_the_address_is_the_clients_where_a_trusted_proxy_says_so(settings, peer, forwarded, found):
    import ipaddress

    settings.TRUSTED_PROXIES = (ipaddress.ip_network("10.0.0.0/24"),)
    assert client_address(peer, forwarded) == found


def test_without_trusted_proxies_the_header_says_nothing(settings):
    settings.TRUSTED_PROXIES = ()
    assert client_address("127.0.0.1", "203.0.113.9") == "127.0.0.1"


def test_lock_out_and_device_speak_of_the_clients_address(settings, lin):
    import ipaddress

    settings.REQUESTS_PER_MINUTE = 0
    settings.TRUSTED_PROXIES = (ipaddress.ip_network("127.0.0.1"),)

    def sign_in(address, password):
        given = {"username": "lin", "password": password}
        return Browser().post("/sign-in", given, HTTP_X_FORWARDED_FOR=address).status_code

    assert [sign_in("203.0.113.9", "wrong") for _ in range(6)][-1] == 429
    assert sign_in("203.0.113.10", PASSWORD) == 302
    assert Device.objects.get(user=lin).address == "203.0.113.10"


@pytest.mark.parametrize(
    ("path", "cost"),
    [
        ("/api/v1/queries/clients.duplicates", rate_limits.COSTLY),
        ("/api/v1/q/clients.duplicates", rate_limits.COSTLY),
        ("/api/v1/actions/report.create", rate_limits.COSTLY),
        ("/api/v1/do/report.give", rate_limits.COSTLY),
        ("/api/v1/queries/team.me", 1),
    ],
)
def test_a_costly_request_costs_as_much_by_its_former_name_and_address(rf, path, cost):
    assert rate_limits.cost_of(rf.get(path)) == cost

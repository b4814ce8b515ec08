"""Compliance maintains the registrations of staff; an action that needs one is refused without it at every interface."""

from datetime import timedelta

import pytest

from dakehu.domains.compliance.registrations import holders
from dakehu.domains.compliance.registrations.notices import registration_notices
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotRegistered, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import PASSWORD, acting, as_system

pytestmark = pytest.mark.django_db


@pytest.fixture
def advice():
    """An action that needs the registration of an adviser, for the duration of a test; returns the list of its runs."""
    done = []

    @action("probe.advise", needs="", zh="出具建议", en="Advise", registration="investment_adviser", offers_undo=False)
    def advise() -> None:
        """Advise."""
        done.append(True)

    yield done
    del ACTIONS["probe.advise"]


def register(he, user, kind="investment_adviser", number="S0001", **more):
    with acting(he):
        return perform("compliance.add_registration", {"user": user.username, "kind": kind, "number": number, **more})


def test_only_compliance_keeps_registrations_and_everybody_sees_them(lin, zhou, he, admin):
    row = register(he, lin)
    for user in (lin, zhou, admin):
        with acting(user):
            assert ask("compliance.registrations", {})["count"] == 1
            with pytest.raises(NotAllowed):
                perform("compliance.change_registration", {"registration": row.pk, "state": "cancelled"})


def test_a_number_is_taken_once_and_adviser_and_analyst_exclude_each_other(lin, wang, he):
    row = register(he, lin)
    with pytest.raises(Refused) as taken:
        register(he, wang)
    assert "number" in taken.value.messages
    with pytest.raises(Refused) as both:
        register(he, lin, "analyst", "S0002")
    assert "kind" in both.value.messages
    with acting(he):
        perform("compliance.change_registration", {"registration": row.pk, "state": "cancelled"})
    register(he, lin, "analyst", "S0002")


def test_an_action_that_needs_a_registration_is_refused_with_the_reason(advice, lin, he, client):
    with acting(lin), pytest.raises(NotRegistered, match="投资顾问"):
        perform("probe.advise", {})
    with as_system(), pytest.raises(NotRegistered, match="系统不能代办"):
        perform("probe.advise", {})
    with acting(lin), pytest.raises(NotRegistered):
        holders.require_registration("investment_adviser")
    client.post("/sign-in", {"username": "lin", "password": PASSWORD})
    form = client.get("/actions/probe.advise").content.decode()
    assert "没有有效的登记" in form and "inert" in form and 'type="submit"' not in form.partition("action-page")[2]
    assert client.post("/actions/probe.advise").status_code == 403 and not advice
    row = register(he, lin)
    with acting(lin):
        perform("probe.advise", {})
        own = ask("compliance.my_registrations", {})
        assert (own["held"], own["number"]) == (["investment_adviser"], "S0001")
        assert "出具建议" in own["needed"]["investment_adviser"]
    assert "inert" not in client.get("/actions/probe.advise").content.decode() and len(advice) == 1
    with acting(he):
        perform(
            "compliance.change_registration", {"registration": row.pk, "valid_to": clock.today() - timedelta(days=1)}
        )
    with acting(lin), pytest.raises(NotRegistered, match="到期"):
        perform("probe.advise", {})


def test_an_ending_registration_is_in_the_bell_of_its_person_and_of_compliance_only(lin, wang, he):
    register(he, lin, valid_to=clock.today() + timedelta(days=10))
    counts = {}
    for user in (lin, wang, he):
        with acting(user):
            counts[user.username] = len(registration_notices())
    assert counts == {"lin": 1, "wang": 0, "he": 1}


def test_the_page_lists_registrations_and_offers_changes_to_compliance_only(lin, he, client):
    register(he, lin, number="S7777")
    for username, may_change in (("lin", False), ("he", True)):
        client.post("/sign-in", {"username": username, "password": PASSWORD})
        page = client.get("/compliance/registrations/").content.decode()
        assert "S7777" in page and ("compliance.change_registration" in page) is may_change
        client.post("/sign-out")

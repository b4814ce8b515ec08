"""Figures of groups, branches and teams, over visible clients and for readers cleared for money."""

import pytest
from django.test import Client as Browser

from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.stories.test_figures_everywhere import publish

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def closed(zhang, qian):
    publish(
        C0001={"market_value": "100.50", "net_inflow": 80, "profit": "20.50", "fees": 1},
        C0002={"market_value": 50, "net_inflow": 60, "profit": -10},
    )


def test_a_household_adds_up_its_members_in_sight(closed, lin, wang):
    with acting(lin):
        perform("clients.create", {"name": "张小明", "code": "K1", "anyway": True})
        group = perform("clients.create_group", {"client": "C0001", "kind": "household", "name": "张家"})["group"]
        perform("clients.add_member", {"client": "C0001", "group": group, "member": "K1", "relation": "child"})
    publish(K1={"market_value": "9.50", "net_inflow": 10, "profit": "-0.50"})
    with acting(lin):
        told = ask("ledger.by_group", {"client": "C0001", "group": group})
        assert (told["clients"], told["as_of"]) == (2, "2024-01-09")
        assert [float(told[n]) for n in ("market_value", "net_inflow", "profit", "fees")] == [110, 90, 20, 1]
    with acting(wang), pytest.raises(Refused):
        ask("ledger.by_group", {"client": "C0001", "group": group})


def test_branches_and_teams_add_up_the_clients_in_sight(closed, lin, wang, an, admin):
    with as_system():
        teams, branches = ask("ledger.by_team", {}), ask("ledger.by_branch", {})
        assert sum(float(row["market_value"]) for row in teams) == 150.5
        assert sum(float(row["profit"]) for row in branches) == 10.5
        assert {row["team"] for row in teams} == {lin.team_id, wang.team_id}
    with acting(lin):
        assert [row["clients"] for row in ask("ledger.by_team", {})] == [1]
    with acting(an):
        assert {row["profit"] for row in ask("ledger.by_team", {})} == {None}
    with acting(admin), pytest.raises(NotAllowed):
        ask("ledger.by_branch", {})


def test_the_page_of_branches_and_teams_shows_the_sums_to_those_who_may_see_them(closed, lin, an):
    for user, sees in ((lin, True), (an, False)):
        browser = Browser()
        browser.force_login(user)
        page = browser.get("/staff/teams/").content.decode()
        assert ("累计盈亏" in page) is sees and ("2024-01-09" in page) is sees

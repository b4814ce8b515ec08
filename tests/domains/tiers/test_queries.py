"""What a reader can see of tiers: only clients in scope, also in counts and what-if; on both databases."""

from datetime import date

import pytest

from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.domains.tiers.conftest import MON

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TUE = date(2026, 11, 24)


@pytest.fixture
def tiered(scheme, lin, zhang, qian, balances, run):
    """Lin's Zhang with 7 million, another client of Lin's with 700,000, and Wang's Qian with 7 million."""
    with acting(lin):
        sun = perform("clients.create", {"name": "孙五", "code": "C0003"})
    balances(MON, (zhang, 7_000_000), (qian, 7_000_000), (sun, 700_000))
    run(MON)
    return sun


def now_of(found):
    return {row["code"]: row["now"] for row in found["tiers"] if row["now"]}


def then_of(found):
    return {row["code"]: row["then"] for row in found["tiers"] if row["then"]}


def test_what_if_counts_the_clients_of_the_team_alone(tiered, zhou, zhang):
    with acting(zhou):
        found = ask("tiers.what_if", {"bounds": {"T4": 8_000_000}})
    assert (found["clients"], now_of(found), then_of(found)) == (2, {"T4": 1, "T1": 1}, {"T3": 1, "T1": 1})
    assert found["moves"] == {"up": 0, "down": 1, "same": 1, "first": 0, "waiting": 0}
    assert [(row["client"]["id"], row["code_before"], row["code"]) for row in found["moved"]] == [
        (zhang.pk, "T4", "T3")
    ]
    assert [row["name"] for row in found["people"]] == ["林晓"]


def test_the_lead_of_another_team_sees_only_that_team_in_what_if(tiered, teams, qian):
    from tests.cast import enter

    other = enter("qin", "秦岚", "lead", "北区一队")
    with acting(other):
        found = ask("tiers.what_if", {"bounds": {"T4": 8_000_000}})
    assert (found["clients"], now_of(found)) == (1, {"T4": 1})
    assert [row["client"]["id"] for row in found["moved"]] == [qian.pk]
    assert sum(row["clients"] for row in found["people"]) == 1


def test_compliance_tries_a_scheme_over_all_clients_and_roles_without_amounts_do_not(tiered, he, an, admin, lin):
    with acting(he):
        assert ask("tiers.what_if", {})["clients"] == 3
    for user in (an, admin, lin):
        with acting(user), pytest.raises(NotAllowed):
            ask("tiers.what_if", {})


def test_what_if_says_what_the_standard_promises_and_the_hours_it_takes(tiered, zhou):
    with acting(zhou):
        same = ask("tiers.what_if", {})
        more = ask("tiers.what_if", {"bounds": {"T1": 100_000, "T2": 200_000, "T3": 300_000}})
    calls = {row["channel"]: row for row in same["promises"]}["call"]
    assert calls["now"] == calls["then"] == pytest.approx(30.4375 / 15 + 30.4375 / 182, abs=0.06)
    assert same["hours"]["now"] == same["hours"]["then"]
    assert more["hours"]["then"] > more["hours"]["now"]
    assert 120 < more["hours"]["available"] < 140  # one person: some 20.2 working days of 8 hours less a fifth
    assert len(more["basis"]) == 2


def test_a_draft_is_tried_before_it_is_switched_on(tiered, zhou):
    with acting(zhou):
        draft = perform("tiers.create_scheme", {"name": "草稿", "bounds": {"T2": 600_000}})
        found = ask("tiers.what_if", {"scheme": draft.pk})
    assert then_of(found) == {"T4": 1, "T2": 1} and found["scheme"]["state"] == "draft"


def test_clients_whose_tier_was_set_by_hand_stay_in_what_if(tiered, zhou, zhang):
    with acting(zhou):
        perform("tiers.override_tier", {"client": zhang.pk, "code": "T6", "until": "2026-12-31", "reason": "家族"})
        found = ask("tiers.what_if", {"bounds": {"T4": 8_000_000}})
    assert then_of(found) == {"T6": 1, "T1": 1} and found["moved"] == []


@pytest.mark.parametrize("bounds", [{"T4": 1}, {"T4": "x"}, {"T8": 5}])
def test_what_if_refuses_bounds_out_of_order(tiered, zhou, bounds):
    with acting(zhou), pytest.raises(Refused):
        ask("tiers.what_if", {"bounds": bounds})


def test_who_keeps_a_tier_only_until_the_watch_is_over_is_counted_apart(tiered, zhou, zhang, balances, run):
    balances(TUE, (zhang, 4_000_000))
    run(TUE)
    with acting(zhou):
        found = ask("tiers.what_if", {})
    assert found["moves"] == {"up": 0, "down": 1, "same": 1, "first": 0, "waiting": 1}


def test_what_if_writes_nothing(tiered, zhou):
    with acting(zhou):
        ask("tiers.what_if", {"bounds": {"T4": 8_000_000}})
        assert ask("tiers.standard_of", {"tier": "T4"})["lower_bound"] == "6000000.00"


def test_counts_of_a_scheme_are_those_of_the_reader(tiered, zhou, wang, he):
    for user, counts in ((zhou, {"T4": 1, "T1": 1}), (wang, {"T4": 1}), (he, {"T4": 2, "T1": 1})):
        with acting(user):
            found = ask("tiers.scheme", {})
        assert {row["code"]: row["clients"] for row in found["tiers"] if row["clients"]} == counts, user.name


def test_sums_of_assets_are_not_told_to_readers_who_see_no_amounts(tiered, an, zhou):
    with acting(an):
        assert {row["assets"] for row in ask("tiers.scheme", {})["tiers"]} == {None}
    with acting(zhou):
        assert {row["code"]: row["assets"] for row in ask("tiers.scheme", {})["tiers"] if row["assets"]} == {
            "T4": "7000000.00",
            "T1": "700000.00",
        }


def test_the_tier_of_a_client_comes_with_the_figures_that_decided_and_what_is_owed(tiered, lin, zhang):
    with acting(lin):
        found = ask("tiers.client", {"client": zhang.pk})
    assert (found["code"], found["since"], found["contact_due_on"]) == ("T4", "2026-11-23", "2026-12-08")
    assert "7,000,000.00" in found["why"][0] and "6,000,000" in found["why"][0]
    assert {"what": "电话", "text": "每 15 天至少一次"} in found["owed"]
    assert found["changes"][0]["kind"] == "首次定级" and found["override"] is None


def test_the_tier_of_a_client_is_masked_for_readers_who_see_no_amounts_and_hidden_from_another_team(
    tiered, an, wang, zhang
):
    with acting(an):
        found = ask("tiers.client", {"client": zhang.pk})
    assert "7,000,000" not in str(found) and found["value_percent"] is None
    with acting(wang), pytest.raises(Refused):
        ask("tiers.client", {"client": zhang.pk})


def test_lists_of_clients_are_narrowed_and_sorted_by_tier(tiered, zhou, wang, zhang):
    with acting(zhou):
        rows = ask("clients.list", {"filters": {"tier__code": "T4"}, "order": "-tier__code"})["rows"]
        assert [row["id"] for row in rows] == [zhang.pk]
    with acting(wang):
        assert ask("clients.list", {"filters": {"tier__code": "T1"}})["count"] == 0


def test_changes_and_tiers_set_by_hand_are_those_of_the_reader(tiered, zhou, wang):
    for user, count in ((zhou, 2), (wang, 1)):
        with acting(user):
            assert ask("tiers.changes", {})["count"] == count
            assert ask("tiers.clients", {})["count"] == count
            assert ask("tiers.overrides", {})["count"] == 0


def test_the_card_of_the_lead_counts_tiers_and_changes(tiered, zhou, wang):
    with acting(zhou):
        found = ask("tiers.month", {})["figures"]
    assert [(row["label"], row["value"]) for row in found] == [
        ("T4 高净值", 1),
        ("T1 潜力", 1),
        ("关注中", 0),
        ("本月升级", 0),
        ("本月降级", 0),
    ]
    with acting(wang):
        assert [row["value"] for row in ask("tiers.month", {})["figures"]] == [1, 0, 0, 0]


def test_without_a_scheme_the_queries_say_so(zhou, zhang):
    with acting(zhou):
        assert ask("tiers.scheme", {}) is None
        assert ask("tiers.what_if", {})["scheme"] is None
        assert ask("tiers.month", {})["figures"] == []
        assert ask("tiers.client", {"client": zhang.pk})["code"] == ""

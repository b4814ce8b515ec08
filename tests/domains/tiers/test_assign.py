"""The nightly assignment: from balances to tiers, only changes are written, a day may be assigned again."""

from datetime import date, timedelta

import pytest

from dakehu.domains.tiers import assign, facts
from dakehu.domains.tiers.models import AssignmentRun, ClientTier, Scheme, TierChange, TierOverride
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MON, TUE, WED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
LATER = date(2027, 6, 1)


def tier_of(client):
    with as_system():
        row = ClientTier.objects.filter(client=client).first()
    return None if row is None else str(row.code)


def changes_of(client):
    with as_system():
        return list(
            TierChange.objects.filter(client=client).order_by("on", "pk").values_list("kind", "code_before", "code")
        )


def test_without_a_scheme_nobody_is_tiered(zhang, run):
    assert run(MON)["skipped"] == "no_scheme"
    assert tier_of(zhang) is None


def test_clients_are_tiered_by_their_average_and_the_figures_are_kept(scheme, zhang, qian, balances, run):
    balances(MON, (zhang, 6_000_000), (qian, 40_000))
    balances(TUE, (zhang, 8_000_000), (qian, 40_000))
    counts = run(TUE)
    assert (counts["assigned"], counts["unchanged"], counts["stated"]) == (2, 0, 0)
    with as_system():
        row = ClientTier.objects.get(client=zhang)
        change = TierChange.objects.get(client=zhang)
    assert (row.code, row.since, row.average_assets, row.averaged_days) == ("T4", TUE, 7_000_000, 2)
    assert (change.kind, change.code, change.scheme_id, change.average_assets) == (
        "assigned",
        "T4",
        scheme.pk,
        7_000_000,
    )
    assert tier_of(qian) == "T0"


def test_a_client_without_balances_counts_with_the_assets_entered_and_the_figures_say_so(scheme, lin, zhang, run):
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "assets": "120万"})
    counts = run(MON)
    assert (counts["assigned"], counts["stated"]) == (1, 1)
    with as_system():
        assert str(ClientTier.objects.get(client=zhang).assets_source) == "stated"
    assert tier_of(zhang) == "T2"


def test_a_client_whose_assets_nobody_knows_is_counted_as_unknown(scheme, zhang, run):
    assert run(MON)["unknown"] == 1
    assert tier_of(zhang) is None


def test_a_second_run_of_the_day_writes_nothing(scheme, zhang, balances, run):
    balances(MON, (zhang, 6_000_000))
    run(MON)
    with as_system():
        first = ClientTier.objects.get(client=zhang)
    again = run(MON)
    with as_system():
        row = ClientTier.objects.get(client=zhang)
    assert (row.row_version, row.changed_at) == (first.row_version, first.changed_at)
    assert again["assigned"] == 1 and changes_of(zhang) == [("assigned", "", "T4")]


def test_a_day_assigned_again_with_corrected_balances_forgets_the_mistake(scheme, zhang, balances, run):
    balances(MON, (zhang, 700_000))
    run(MON)
    balances(TUE, (zhang, 30_000_000))
    assert run(TUE)["upgraded"] == 1 and tier_of(zhang) == "T5"
    balances(TUE, (zhang, 720_000))
    again = run(TUE)
    assert (again["upgraded"], tier_of(zhang)) == (0, "T1")
    assert changes_of(zhang) == [("assigned", "", "T1")]


def test_a_day_before_the_last_one_assigned_is_left_alone(scheme, zhang, balances, run):
    balances(MON, (zhang, 700_000))
    run(TUE)
    assert run(MON)["skipped"] == "later"
    with as_system():
        assert list(AssignmentRun.objects.values_list("day", flat=True)) == [TUE]


def test_a_client_goes_down_after_the_watch(scheme, zhang, balances, run):
    balances(MON, (zhang, 1_200_000))
    run(MON)
    days = {0: MON + timedelta(days=30), 3: MON + timedelta(days=126), 6: MON + timedelta(days=217)}
    found = {}
    for months, day in days.items():
        balances(day, (zhang, 900_000))
        found[months] = run(day)
    assert [found[n]["watched"] for n in days] == [0, 1, 0]
    assert [found[n]["downgraded"] for n in days] == [0, 0, 1]
    assert changes_of(zhang) == [("assigned", "", "T2"), ("watched", "T2", "T2"), ("downgraded", "T2", "T1")]


def test_a_tier_set_by_hand_wins_until_it_expires(scheme, zhou, zhang, balances, run):
    balances(MON, (zhang, 700_000))
    run(MON)
    with acting(zhou):
        perform("tiers.override_tier", {"client": zhang.pk, "code": "T5", "until": WED, "reason": "家族资产在他行"})
    assert tier_of(zhang) == "T5"
    balances(TUE, (zhang, 700_000))
    run(TUE)
    assert tier_of(zhang) == "T5"
    assert run(LATER)["override_ended"] == 1
    assert tier_of(zhang) == "T1"
    with as_system():
        assert TierOverride.objects.get(client=zhang).ended_on == WED
    assert [kind for kind, _, _ in changes_of(zhang)] == ["assigned", "overridden", "override_ended"]


def test_a_client_who_closed_the_account_is_no_longer_tiered(scheme, lin, zhang, balances, run):
    balances(MON, (zhang, 700_000))
    run(MON)
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "status": "已销户"})
    assert run(TUE)["ended"] == 1
    assert tier_of(zhang) is None and changes_of(zhang)[-1] == ("ended", "T1", "")


def test_a_new_scheme_moves_clients_at_once_and_retires_the_old_one(scheme, zhou, zhang, balances, run):
    balances(MON, (zhang, 700_000))
    run(MON)
    with acting(zhou):
        draft = perform("tiers.create_scheme", {"name": "提高门槛", "bounds": {"T1": 800_000}})
        perform("tiers.activate_scheme", {"scheme": draft.pk, "effective_from": TUE})
    counts = run(TUE)
    assert (counts["scheme"], counts["downgraded"], tier_of(zhang)) == ("提高门槛", 1, "T0")
    with as_system():
        old = Scheme.objects.get(pk=scheme.pk)
    assert (str(old.state), old.retired_on) == ("retired", TUE)


def test_the_next_contact_is_owed_by_the_rhythm_of_the_tier(scheme, lin, zhang, balances, run):
    balances(MON, (zhang, 3_500_000))
    run(MON)
    with as_system():
        assert ClientTier.objects.get(client=zhang).contact_due_on == MON + timedelta(days=30)


def test_only_the_desk_itself_assigns_tiers(scheme, zhou):
    with acting(zhou), pytest.raises(NotAllowed):
        assign.run(MON)


# --- facts ---------------------------------------------------------------------------------------------


def test_the_tier_of_an_earlier_day_is_known(scheme, zhang, qian, balances, run):
    balances(MON, (zhang, 700_000))
    run(MON)
    balances(TUE, (zhang, 30_000_000), (qian, 5))
    run(TUE)
    with as_system(), elevated("test"):
        then, now = facts.load_tier(MON, frozenset()), facts.load_tier(TUE, frozenset())
        before = facts.load_tier(MON - timedelta(days=1), frozenset())
        assert facts.newest_run(MON - timedelta(days=1)) is None and facts.newest_run(WED) == TUE
    assert before.is_empty()
    assert then.rows() == [(zhang.pk, "T1", 1.0, 182)]
    assert sorted(now.rows()) == [(zhang.pk, "T5", 5.0, 7), (qian.pk, "T0", 0.0, None)]


def test_the_value_score_is_known_for_every_client_with_assets(scheme, zhang, qian, balances):
    balances(MON, (zhang, 700_000), (qian, 5))
    with as_system():
        found = {row["client"]: row for row in facts.load_value(MON, frozenset()).to_dicts()}
    assert found[zhang.pk]["value_percentile"] == 1.0 and found[qian.pk]["value_percentile"] == 0.0

"""Schemes are drafted, edited and switched on; tiers are set manually; all of it can be undone."""

from datetime import date

import pytest

from dakehu.domains.tiers.models import ClientTier, Scheme, ServiceFlavour, Tier, TierChange, TierOverride
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system
from tests.domains.tiers.conftest import MON

pytestmark = [pytest.mark.django_db]
TUE, WED = date(2026, 11, 24), date(2026, 11, 25)


def draft(**values):
    return perform("tiers.create_scheme", {"name": "草稿", **values})


def bounds_of(scheme):
    return {str(t.code): int(t.lower_bound) for t in Tier.objects.filter(scheme=scheme, lower_bound__isnull=False)}


def test_a_new_desk_drafts_the_house_defaults(zhou):
    with acting(zhou):
        scheme = draft()
        assert bounds_of(scheme) == {
            "T0": 0,
            "T1": 500_000,
            "T2": 1_000_000,
            "T3": 3_000_000,
            "T4": 6_000_000,
            "T5": 10_000_000,
            "T6": 50_000_000,
        }
        assert Tier.objects.filter(scheme=scheme).count() == 10
        assert ServiceFlavour.objects.filter(scheme=scheme).count() == 9
        assert str(scheme.state) == "draft"


def test_a_draft_is_a_copy_of_the_scheme_in_force_with_bounds_moved(zhou, scheme):
    with acting(zhou):
        tier = Tier.objects.get(scheme=scheme, code="T3")
        perform("tiers.change_tier", {"tier": tier.pk, "call_every_days": 20, "zh": "铂金"})
        copy = draft(bounds={"T4": "5,000,000"})
        assert bounds_of(copy)["T4"] == 5_000_000 and bounds_of(scheme)["T4"] == 6_000_000
        copied = Tier.objects.get(scheme=copy, code="T3")
        assert (copied.call_every_days, copied.zh) == (20, "铂金")


@pytest.mark.parametrize("bounds", [{"T4": 100}, {"T0": 5}, {"T9": 5}, {"I1": 5}, {"T4": "many"}, {"T4": -1}, [1], "x"])
def test_bounds_that_make_no_sense_are_refused_with_the_remedy(zhou, bounds):
    with acting(zhou):
        with pytest.raises(Refused) as refused:
            draft(bounds=bounds)
        assert "bounds" in refused.value.messages
        assert not Scheme.objects.exists()


def test_two_schemes_have_two_names(zhou, scheme):
    with acting(zhou), pytest.raises(Refused):
        perform("tiers.create_scheme", {"name": "默认方案"})


def test_a_draft_is_edited_and_one_in_force_keeps_its_bounds_and_rules(zhou, scheme):
    with acting(zhou):
        copy = draft()
        changed = perform(
            "tiers.change_scheme", {"scheme": copy.pk, "window": "60", "watch_months": 1, "bounds": {"T1": 600_000}}
        )
        assert (str(changed.window), changed.watch_months, bounds_of(copy)["T1"]) == ("60", 1, 600_000)
        with pytest.raises(Refused):
            perform("tiers.change_scheme", {"scheme": scheme.pk, "watch_months": 1})
        tier = Tier.objects.get(scheme=scheme, code="T1")
        with pytest.raises(Refused):
            perform("tiers.change_tier", {"tier": tier.pk, "lower_bound": 600_000})
        perform("tiers.change_tier", {"tier": tier.pk, "contact_every_days": 100})
        assert Tier.objects.get(pk=tier.pk).contact_every_days == 100


def test_of_two_who_edit_a_draft_the_later_is_told(zhou, scheme):
    with acting(zhou):
        copy = draft()
        perform("tiers.change_scheme", {"scheme": copy.pk, "note": "一", "version": copy.row_version})
        with pytest.raises(Conflict):
            perform("tiers.change_scheme", {"scheme": copy.pk, "note": "二", "version": copy.row_version})


def test_a_draft_is_removed_and_a_scheme_in_force_is_not(zhou, scheme):
    with acting(zhou):
        copy = draft()
        perform("tiers.remove_scheme", {"scheme": copy.pk})
        assert not Tier.objects.filter(scheme_id=copy.pk).exists()
        with pytest.raises(Refused):
            perform("tiers.remove_scheme", {"scheme": scheme.pk})


def test_a_scheme_is_not_switched_on_for_a_day_already_assigned(zhou, scheme, zhang, balances, run):
    balances(MON, (zhang, 5))
    run(MON)
    with acting(zhou):
        copy = draft()
        with pytest.raises(Refused) as refused:
            perform("tiers.activate_scheme", {"scheme": copy.pk, "effective_from": MON})
        assert "2026-11-23" in str(refused.value)
        assert str(perform("tiers.activate_scheme", {"scheme": copy.pk, "effective_from": TUE}).state) == "active"


def test_switching_on_can_be_taken_back(zhou, scheme):
    with acting(zhou):
        copy = draft()
        perform("tiers.activate_scheme", {"scheme": copy.pk, "effective_from": TUE})
        undo_last()
        assert str(Scheme.objects.get(pk=copy.pk).state) == "draft"


def undo_last():
    newest = ask("workbook.undoable", {})[0]
    perform("workbook.undo", {"batch": newest["batch"]})


def test_only_leads_and_administrators_keep_schemes(lin, admin, he):
    for user in (lin, he):
        with acting(user), pytest.raises(NotAllowed):
            draft()
    with acting(admin):
        assert draft().pk


def test_a_flavour_of_service_is_reworded(zhou, scheme):
    with acting(zhou):
        row = ServiceFlavour.objects.get(scheme=scheme, frequency="busy", risk="growth")
        perform("tiers.change_flavour", {"flavour": row.pk, "zh": "专业交易席位支持"})
        assert ServiceFlavour.objects.get(pk=row.pk).zh == "专业交易席位支持"


# --- manual assignment ---------------------------------------------------------------------------------


def by_hand(client, **values):
    return perform(
        "tiers.override_tier", {"client": client.pk, "code": "T5", "until": WED, "reason": "家族资产", **values}
    )


def test_a_tier_set_by_hand_counts_at_once_and_is_kept_with_its_reason(zhou, scheme, zhang, balances, run):
    balances(MON, (zhang, 700_000))
    run(MON)
    with acting(zhou):
        by_hand(zhang)
        held = ClientTier.objects.get(client=zhang)
        assert (str(held.code), str(held.rule_code), held.override_until) == ("T5", "T1", WED)
        change = TierChange.objects.get(client=zhang, kind="overridden")
        assert (change.reason, change.code_before, change.code) == ("家族资产", "T1", "T5")
        assert TierOverride.objects.get(client=zhang).set_by_id == zhou.pk


def test_a_tier_set_by_hand_is_ended_or_taken_back(zhou, scheme, zhang, balances, run):
    balances(MON, (zhang, 700_000))
    run(MON)
    with acting(zhou):
        by_hand(zhang)
        perform("tiers.end_override", {"client": zhang.pk})
        assert str(ClientTier.objects.get(client=zhang).code) == "T1"
        with pytest.raises(Refused):
            perform("tiers.end_override", {"client": zhang.pk})
        by_hand(zhang, code="T6")
        undo_last()
        assert str(ClientTier.objects.get(client=zhang).code) == "T1"
        assert not TierOverride.objects.filter(client=zhang, ended_on=None).exists()


def test_a_client_without_assets_may_be_given_a_tier_by_hand(zhou, scheme, zhang, run):
    with acting(zhou):
        by_hand(zhang)
    run(MON)
    with acting(zhou):
        assert str(ClientTier.objects.get(client=zhang).code) == "T5"
        perform("tiers.end_override", {"client": zhang.pk})
        assert not ClientTier.objects.filter(client=zhang).exists()


@pytest.mark.parametrize(
    ("field", "value"), [("reason", "  "), ("until", "2026-11-20"), ("code", "T9"), ("reason", "")]
)
def test_a_tier_set_by_hand_needs_a_reason_and_a_day_to_come(zhou, scheme, zhang, field, value):
    with acting(zhou), pytest.raises(Refused):
        by_hand(zhang, **{field: value})


def test_a_manager_sets_no_tier_and_another_team_does_not_find_the_client(zhou, wang, lin, scheme, zhang, qian):
    with acting(lin), pytest.raises(NotAllowed):
        by_hand(zhang)
    with acting(zhou), pytest.raises((NotFound, Refused)):
        by_hand(qian)
    with as_system():
        assert not TierOverride.objects.exists()


def test_a_contact_moves_the_day_by_which_the_next_one_is_owed(scheme, lin, zhang, balances, run):
    balances(MON, (zhang, 3_500_000))
    run(MON)
    with acting(lin):
        perform("service.log_interaction", {"client": zhang.pk, "held_at": "2026-11-20 10:00", "summary": "来电"})
    jobs.run_due_jobs()
    with as_system():
        assert ClientTier.objects.get(client=zhang).contact_due_on == date(2026, 12, 20)

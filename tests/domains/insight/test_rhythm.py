"""The what-if of contact frequency: contacts and hours, shares with their uncertainty, and nothing if the history is too short."""

import numpy as np
import pytest

from dakehu.domains.insight.rhythm import rules
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask
from tests.cast import acting


@pytest.mark.parametrize(
    ("clients", "every", "contacts", "hours"),
    [(10, 30, 10.15, 2.03), (0, 30, 0, 0), (10, None, 0, 0), (1, 1, 30.44, 6.09)],
)
def test_a_rhythm_needs_contacts_and_hours(clients, every, contacts, hours):
    found = rules.need(clients, every, 12)
    assert (found.contacts, found.hours) == pytest.approx((contacts, hours), abs=0.01)


@pytest.mark.parametrize(
    ("every", "factor", "then"), [(30, 0.5, 15), (7, 0.5, 4), (1, 0.25, 1), (None, 2, None), (3_000, 4, 3_660)]
)
def test_an_interval_moves_in_whole_days(every, factor, then):
    assert rules.scale_interval(every, factor) == then


@pytest.mark.parametrize(("every", "band"), [(None, 0), (365, 0), (182, 0), (91, 1), (60, 2), (45, 2), (30, 3), (7, 3)])
def test_a_rhythm_leads_to_a_band_of_contacts(every, band):
    assert rules.band_of_rhythm(every) == band


def test_shares_count_clients_and_not_their_repeated_cases():
    clients, contacts = np.repeat(np.arange(40), 10), np.zeros(400)
    outcome = (clients < 4).astype(float)
    found = rules.shares_by_band(clients, contacts, outcome)
    assert found[0].share == pytest.approx(0.1) and found[0].cases == 40
    assert found[0].high - found[0].low > 0.15
    assert found[1:] == [None, None, None]


@pytest.mark.parametrize("clients", [0, 1, 29])
def test_fewer_than_thirty_clients_cannot_tell(clients):
    found = rules.shares_by_band(np.arange(clients), np.zeros(clients), np.zeros(clients))
    assert found == [None] * 4


@pytest.mark.parametrize(("hits", "cases", "known"), [(0, 0, False), (20, 29, False), (20, 30, True)])
def test_fewer_than_thirty_attempts_cannot_tell(hits, cases, known):
    assert (rules.share_of(hits, cases) is not None) is known


def test_a_sum_with_an_unknown_part_is_unknown():
    assert rules.total([(1, 0, 2), None]) is None
    assert rules.total([(1, 0, 2), (2, 1, 4)]) == (3, 1, 6)


@pytest.mark.django_db
def test_without_a_scheme_nothing_is_tried(zhou):
    with acting(zhou):
        found = ask("insight.rhythm_what_if", {"percent": 50})
    assert found["scheme"] is None and found["tiers"] == [] and "因果" in found["caution"]


@pytest.mark.django_db
@pytest.mark.parametrize("percent", [24, 401])
def test_a_percentage_beyond_reason_is_refused(zhou, percent):
    with acting(zhou), pytest.raises(Refused):
        ask("insight.rhythm_what_if", {"percent": percent})


@pytest.mark.django_db
def test_lin_may_not_try_a_rhythm(lin):
    with acting(lin), pytest.raises(NotAllowed):
        ask("insight.rhythm_what_if", {})

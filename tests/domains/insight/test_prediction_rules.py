"""Predictions without a database: nothing from after the day is used, folds follow time, and only a better model may be on."""

import json
from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest

from dakehu.analytics.event_tables import EventTable
from dakehu.analytics.scorecards import Calibration, Feature, Scorecard
from dakehu.domains.insight.predictions import back_test, rules, scoring, training, versions, words
from dakehu.domains.insight.predictions.cases import GAP, HORIZON, REACH, Cases, known_cases, past_cases
from dakehu.domains.insight.predictions.features import FEATURES, OF_KIND, read_features
from dakehu.domains.insight.predictions.history import History, Past

KINDS = tuple(OF_KIND)
DAY = 20_000


def history(seed=0, days=400, clients=40, until=DAY):
    """Return an invented desk: balances on every day, random trades, contacts, sign-ins and attempts."""
    random = np.random.default_rng(seed)

    def table(count, **amounts):
        return EventTable(random.integers(0, clients, count), until - random.integers(0, days, count), amounts)

    owner, at = np.repeat(np.arange(clients), days), np.tile(until - np.arange(days), clients)
    total = random.uniform(20_000, 90_000, days * clients)
    balances = EventTable(
        owner,
        at,
        {
            "total": total,
            "cash": total / 3,
            "inflow": random.normal(0, 300, days * clients),
            "days": np.ones(days * clients),
        },
    )
    answered = (random.random(900) < 0.6).astype(float)
    return History(
        until,
        table(1_500),
        table(900),
        table(4_000, logins=np.ones(4_000)),
        balances,
        table(900, answered=answered),
        until,
    )


def changed_after(known, day):
    """Return the history unchanged up to a day and altered after it: other amounts, other clients, more events."""
    parts = {}
    for one in fields(known):
        events = getattr(known, one.name)
        if not isinstance(events, EventTable):
            continue
        is_later = events.day > day
        client = np.where(is_later, (events.client * 7 + 3) % 40, events.client)
        amounts = {name: np.where(is_later, values * -9 + 5e6, values) for name, values in events.amounts.items()}
        more = np.arange(day + 1, day + 60)
        parts[one.name] = EventTable(
            np.r_[client, more % 40],
            np.r_[events.day, more],
            {name: np.r_[values, np.full(len(more), 1e7)] for name, values in amounts.items()},
        )
    return replace(known, **parts)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ago", [0, 1, 30, 97, 200])
@pytest.mark.parametrize("seed", range(3))
def test_no_feature_and_no_rule_uses_anything_after_the_day(kind, ago, seed):
    known, day = history(seed), DAY - ago
    clients, days = np.arange(40), np.full(40, day)
    one = known_cases(kind, Past(known, clients, days))
    other = known_cases(kind, Past(changed_after(known, day), clients, days))
    assert np.array_equal(one.client, other.client)
    # Sums are differences of running sums, so the last digits depend on other clients' values; altered amounts are millions.
    np.testing.assert_allclose(one.values, other.values, rtol=1e-6, atol=1e-6)
    assert np.array_equal(one.rule, other.rule)


@pytest.mark.parametrize("name", list(FEATURES))
def test_each_feature_sees_what_happens_on_the_day_itself(name):
    """The test above would pass with features that ignore the data: each differs if its past is altered."""
    known, clients, days = history(1), np.arange(40), np.full(40, DAY - 50)
    feature = FEATURES[name]
    one = feature.read(Past(known, clients, days))
    other = feature.read(Past(changed_after(known, DAY - 399), clients, days))
    assert not np.allclose(one, other, equal_nan=True)


def test_an_attempt_is_no_feature_of_itself():
    attempts = EventTable(np.array([1, 1]), np.array([DAY - 9, DAY - 5]), {"answered": np.array([0.0, 1.0])})
    found = past_cases("answer", History(DAY, attempts=attempts), np.array([1]), 0)
    assert found.values[:, OF_KIND["answer"].index("attempts_365")].tolist() == [0, 1]
    assert found.rule.tolist() == [0, 1]
    assert found.outcome.tolist() == [0, 1]


@pytest.mark.parametrize(
    "name",
    [
        "age",
        "sex",
        "gender",
        "health",
        "nationality",
        "region",
        "mood",
        "complaint",
        "tendency",
        "family",
        "ethnicity",
        "commission",
        "fee",
        "branch",
        "occupation",
        "income",
    ],
)
def test_nothing_sensitive_and_nothing_earned_is_a_feature(name):
    assert not [feature for feature in FEATURES if name in feature.split("_")]


def test_every_feature_belongs_to_a_kind_and_has_words_in_both_languages():
    assert set(FEATURES) == {name for names in OF_KIND.values() for name in names}
    assert all(one.label.zh and one.label.en for one in FEATURES.values())


def moved(amount_after, at):
    """Return one client with 100,000 on every day who moves an amount out on the day `at` after DAY."""
    days = np.arange(DAY - 200, DAY + REACH + 1)
    inflow = np.where(days == DAY + at, -amount_after, 0.0)
    total = np.where(days >= DAY + at, 100_000.0 - amount_after, 100_000.0)
    ones = np.ones(len(days))
    balances = EventTable(ones.astype(int), days, {"total": total, "cash": total, "inflow": inflow, "days": ones})
    return History(DAY + REACH, balances=balances, balances_until=DAY + REACH)


@pytest.mark.parametrize(
    ("amount", "at", "outcome"),
    [(60_000, 50, 1), (40_000, 50, 0), (60_000, REACH, 1), (60_000, GAP + 1, 1), (99_500, 80, 1), (0, 50, 0)],
)
def test_leaving_is_half_of_the_assets_moved_out_within_the_horizon(amount, at, outcome):
    known = moved(amount, at)
    found = past_cases("churn", known, np.array([1]), DAY)
    assert found.day.tolist() == [DAY] and found.outcome.tolist() == [outcome]


def test_what_moves_in_the_gap_is_neither_outcome_nor_feature():
    found = past_cases("churn", moved(60_000, GAP), np.array([1]), DAY)
    assert found.outcome.tolist() == [0]


def test_a_fall_of_prices_is_no_leaving():
    known = moved(0, 50)
    total = np.where(known.balances.day > DAY + 20, 30_000.0, 100_000.0)
    fallen = replace(
        known,
        balances=EventTable(known.balances.client, known.balances.day, {**known.balances.amounts, "total": total}),
    )
    assert past_cases("churn", fallen, np.array([1]), DAY).outcome.tolist() == [0]


def test_a_client_whose_balances_end_is_no_case():
    known = moved(0, 50)
    kept = known.balances.day < DAY + 40
    part = {name: values[kept] for name, values in known.balances.amounts.items()}
    gone = replace(known, balances=EventTable(known.balances.client[kept], known.balances.day[kept], part))
    assert len(past_cases("churn", gone, np.array([1]), DAY)) == 0


@pytest.mark.parametrize(("last", "again", "outcome"), [(180, 30, [1]), (180, 5, [0]), (179, 30, []), (300, 200, [0])])
def test_a_dormant_client_trades_again_within_the_horizon_or_not(last, again, outcome):
    trades = EventTable(np.array([1, 1]), np.array([DAY - last, DAY + again]))
    found = past_cases("reactivation", History(DAY + REACH, trades=trades), np.array([1]), DAY)
    assert found.outcome.tolist() == outcome


@pytest.mark.parametrize(
    ("out", "contact", "score"),
    [(0.1, 10, 0), (0.3, 10, 1), (0.3, 91, 2), (0.3, None, 2), (0.1, None, 0), (0.3, 90, 1)],
)
def test_the_plain_rule_of_leaving_is_outflow_without_contact(out, contact, score):
    days = np.arange(DAY - 120, DAY + 1)
    inflow = np.where(days == DAY - 40, -100_000 * out, 0.0)
    ones = np.ones(len(days))
    balances = EventTable(ones.astype(int), days, {"total": ones * 1e5, "cash": ones, "inflow": inflow, "days": ones})
    contacts = EventTable(
        *(np.array(one, int) for one in (([1], [DAY - contact]) if contact is not None else ([], [])))
    )
    past = Past(History(DAY, balances=balances, contacts=contacts), np.array([1]), np.array([DAY]))
    assert known_cases("churn", past).rule.tolist() == [score]


@pytest.mark.parametrize("reach", [0, 30, REACH])
@pytest.mark.parametrize("length", [30, 91])
@pytest.mark.parametrize("seed", range(4))
def test_a_period_is_trained_only_on_outcomes_known_before_it(reach, length, seed):
    days = np.sort(np.random.default_rng(seed).integers(0, 1_000, 500))
    folds = rules.rolling_folds(days, reach, length)
    assert folds
    for one in folds:
        begin = days[one.test].min() if one.test.any() else days.max() + 1
        assert (days[one.train | one.calibrate] + reach < begin).all()
        assert not (one.train & one.calibrate).any() and not (one.train & one.test).any()
        if one.train.any() and one.calibrate.any():
            assert days[one.train].max() < days[one.calibrate].min()
    tested = np.sum([one.test for one in folds], axis=0)
    assert tested.max() == 1


def figures(**other):
    one = {"brier": 0.1, "brier_constant": 0.11}
    gain = {"size": 1.0, "low": 0.5, "high": 1.5}
    pooled = {"brier_gain": gain, "hits_gain": gain, "slope": 1.0, "predicted": 0.1, "rate": 0.1}
    return {"periods": [one] * 4, "pooled": {**pooled, **other}}


NOTHING = {"size": 1.0, "low": -0.1, "high": 2.0}


@pytest.mark.parametrize(
    ("report", "failed"),
    [
        (figures(), []),
        (figures(brier_gain=NOTHING), ["brier_rule"]),
        (figures(hits_gain=NOTHING), ["hits_rule"]),
        (figures(hits_gain={"size": 0.0, "low": 0.0, "high": 0.0}), ["hits_rule"]),
        (figures(slope=0.79), ["slope"]),
        (figures(slope=1.26), ["slope"]),
        (figures(slope=None), ["slope"]),
        (figures(predicted=0.121), ["level"]),
        (figures(predicted=0.079), ["level"]),
        ({**figures(), "periods": [{"brier": 0.1, "brier_constant": 0.11}] * 3}, ["history"]),
        ({**figures(), "periods": [{"brier": 0.11, "brier_constant": 0.11}] * 4}, ["brier"]),
        ({"periods": [], "pooled": None}, ["history"]),
    ],
)
def test_each_condition_alone_keeps_a_model_off(report, failed):
    assert rules.failures(report) == failed


@pytest.mark.parametrize("name", rules.FAILURES)
def test_each_condition_is_said_in_words(name):
    assert words.FAILURES[name].zh and words.FAILURES[name].en


@pytest.mark.parametrize(
    ("cases", "hits", "predicted", "slope", "lost"),
    [
        (1_000, 100, 0.1, 1.0, False),
        (1_000, 100, 0.2, 1.0, True),
        (1_000, 100, 0.05, 1.0, True),
        (1_000, 100, 0.1, 0.5, True),
        (1_000, 60, 0.06, 0.5, False),
        (199, 100, 0.9, 1.0, False),
        (1_000, 19, 0.5, 1.0, False),
        (1_000, 100, 0.118, 1.0, False),
    ],
)
def test_calibration_is_lost_only_where_outcomes_show_it(cases, hits, predicted, slope, lost):
    assert rules.is_lost(cases, hits, predicted, slope) is lost


@pytest.mark.parametrize(("chance", "band"), [(0.2, "elevated"), (0.199, "usual"), (0.05, "usual"), (0.049, "low")])
def test_bands_are_called_by_the_usual_rate(chance, band):
    assert rules.band_of(np.array([chance]), 0.1).tolist() == [band]


def made_up(strength, seed=3, count=6_000):
    """Return cases over two years; two values determine the outcome with the given strength, the rule uses a little of the first."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(count, 3))
    values[random.random((count, 3)) < 0.1] = np.nan
    known = np.nan_to_num(values)
    chance = 1 / (1 + np.exp(-(-2 + strength * (1.3 * known[:, 0] - known[:, 1]))))
    outcome = (random.random(count) < chance).astype(float)
    day = np.sort(random.integers(0, 730, count))
    return Cases(np.arange(count) % 800, day, values, outcome, 2.0 * (known[:, 0] > 1.2))


def test_a_model_that_knows_more_than_the_rule_may_be_switched_on():
    report = back_test.back_test(("a", "b", "c"), made_up(1), REACH)
    assert rules.failures(report) == []
    assert report["pooled"]["lift"] > report["pooled"]["lift_rule"]
    assert sum(one["cases"] for one in report["pooled"]["bands"].values()) == report["pooled"]["cases"]


@pytest.mark.parametrize(("clients", "shown", "is_off"), [(99, False, False), (400, True, True)])
def test_a_group_for_whom_probabilities_do_not_hold_is_named_if_it_is_large(clients, shown, is_off):
    """The outcome is twice as frequent as predicted among the clients of the group."""
    own = np.arange(clients)
    cases = Cases(own, own, np.zeros((clients, 1)), (own % 5 == 0).astype(float), np.zeros(clients))
    judged = back_test.Judged(cases, np.full(clients, 0.1), np.full(clients, 0.1), np.full(clients, 0.1))
    found = back_test.group_figures("female", judged, own)
    assert (found is not None) is shown
    assert bool(found and found["is_off"]) is is_off


def test_a_model_of_noise_stays_off():
    report = back_test.back_test(("a", "b", "c"), made_up(0), REACH)
    assert "brier_rule" in rules.failures(report)


def test_a_desk_without_history_is_off_without_the_extra(monkeypatch):
    monkeypatch.setattr(training, "is_installed", lambda: False)
    report = back_test.back_test(("a", "b", "c"), made_up(1, count=50), REACH)
    assert rules.failures(report) == ["history"]


CARD = Scorecard(
    -2.0,
    tuple(Feature(name, (1.0,), (-0.5, 0.5 + place, 0.0)) for place, name in enumerate(OF_KIND["reactivation"])),
    Calibration(line=(0.0, 1.0)),
    tuple((10, 10, 0) for _ in OF_KIND["reactivation"]),
)


def test_the_reasons_of_a_client_are_what_adds_most():
    values = np.full((1, len(CARD.features)), 5.0)
    frame = scoring.by_model("reactivation", CARD, 4, 0.1, np.array([8]), values)
    rows = scoring.join_predictions([frame], date(2026, 11, 27)).to_dicts()
    assert rows[0]["client_id"] == 8 and rows[0]["reactivation_band"] == "elevated" and rows[0]["churn_band"] == ""
    basis = json.loads(rows[0]["basis"])["reactivation"]
    assert list(basis["parts"]) == list(OF_KIND["reactivation"])[: -scoring.REASONS - 1 : -1]
    assert len(words.reasons(basis)) == scoring.REASONS


def test_the_rule_names_clients_without_a_probability():
    frame = scoring.by_rule("churn", np.array([1, 2]), np.array([2.0, 1.0]))
    rows = scoring.join_predictions([frame], date(2026, 11, 27)).to_dicts()
    assert [row["churn_band"] for row in rows] == ["elevated", "usual"]
    assert {row["churn_probability"] for row in rows} == {None}


def test_horizon_and_gap_are_as_described():
    assert (GAP, HORIZON) == (7, 90)
    assert "8" in words.OUTCOMES["churn"].en and str(REACH) in words.OUTCOMES["churn"].en


def test_a_source_that_never_came_leaves_values_unknown():
    values = read_features("churn", Past(History(DAY), np.array([1, 2]), np.array([DAY, DAY])))
    assert np.isnan(values).all()


@pytest.mark.parametrize(("clients", "named"), [(199, False), (200, True)])
def test_a_shift_is_looked_for_only_among_enough_clients(clients, named):
    found = versions.shifts(CARD, np.full((clients, len(CARD.features)), 5.0))
    assert bool(found) is named
    assert all(size > rules.SHIFTED for size in found.values())

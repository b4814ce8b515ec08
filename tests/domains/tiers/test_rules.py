"""The rules of tiers: immediate upgrade, downgrade after the watch, manual tier over the rule, and the value score."""

from datetime import date, timedelta

import polars as pl
import pytest

from dakehu.domains.tiers import defaults, rules

DAY = date(2026, 3, 2)
BANDS = [
    rules.Band("T0", 0, 0.0),
    rules.Band("T1", 1, 500_000.0),
    rules.Band("T2", 2, 1_000_000.0),
    rules.Band("I1", 4, client_kind="institution"),
    rules.Band("I3", 5, client_kind="institution", investor_class="A"),
]
WATCH = rules.Hysteresis(3, 3)


def clients(*rows):
    """Return a frame of clients: each row overrides the values of a private client without a tier."""
    blank = {
        "client": 1,
        "kind": "person",
        "investor_class": "",
        "average": None,
        "override": None,
        **dict.fromkeys(rules.STATE),
    }
    schema = {
        "client": pl.Int64,
        "kind": pl.String,
        "investor_class": pl.String,
        "average": pl.Float64,
        "override": pl.String,
        **rules.STATE,
    }
    return pl.DataFrame([{**blank, **row} for row in rows], schema=schema)


def decide(*rows, day=DAY, **options):
    return rules.decide(clients(*rows), BANDS, day, WATCH, **options).to_dicts()


def held(code, **more):
    return {**dict.fromkeys(rules.STATE), "rule_code": code, "code": code, "since": date(2025, 1, 1), **more}


@pytest.mark.parametrize(
    ("average", "code"), [(0.0, "T0"), (499_999.99, "T0"), (500_000.0, "T1"), (1_000_000.0, "T2"), (9e9, "T2")]
)
def test_a_client_without_a_tier_takes_the_one_of_the_average(average, code):
    (row,) = decide({"average": average})
    assert (row["code"], row["since"], row["change"]) == (code, DAY, "assigned")


@pytest.mark.parametrize("unknown", [None, float("nan")])
def test_a_client_whose_assets_are_unknown_gets_no_tier(unknown):
    (row,) = decide({"average": unknown})
    assert row["code"] is None and row["change"] is None


def test_a_client_goes_up_at_once():
    (row,) = decide({"average": 1_200_000.0, **held("T0", below_since=None)})
    assert (row["code"], row["since"], row["change"]) == ("T2", DAY, "upgraded")


def test_a_client_below_the_bound_keeps_the_tier_and_the_day_is_noted():
    (row,) = decide({"average": 900_000.0, **held("T2")})
    assert (row["code"], row["since"], row["below_since"]) == ("T2", date(2025, 1, 1), DAY)
    assert row["watch_since"] is None and row["change"] is None


def test_after_three_months_below_the_client_is_under_watch_and_after_six_goes_down():
    below = date(2025, 12, 1)
    (early,) = decide({"average": 900_000.0, **held("T2", below_since=below)}, day=date(2026, 2, 28))
    (watch,) = decide({"average": 900_000.0, **held("T2", below_since=below)}, day=date(2026, 3, 1))
    started = held("T2", below_since=below, watch_since=date(2026, 3, 1))
    (still,) = decide({"average": 900_000.0, **started}, day=date(2026, 5, 31))
    (down,) = decide({"average": 400_000.0, **started}, day=date(2026, 6, 1))
    assert early["change"] is None and early["watch_since"] is None
    assert (watch["change"], watch["watch_since"], watch["code"]) == ("watched", date(2026, 3, 1), "T2")
    assert still["change"] is None and still["code"] == "T2"
    assert (down["change"], down["code"], down["since"]) == ("downgraded", "T0", date(2026, 6, 1))
    assert down["below_since"] is None and down["watch_since"] is None


def test_a_client_back_above_the_bound_is_no_longer_under_watch():
    state = held("T2", below_since=date(2025, 11, 1), watch_since=date(2026, 2, 1))
    (row,) = decide({"average": 1_000_000.0, **state})
    assert (row["code"], row["below_since"], row["watch_since"], row["change"]) == ("T2", None, None, "recovered")


def test_one_day_above_the_bound_begins_the_months_anew():
    (row,) = decide({"average": 900_000.0, **held("T2", below_since=None)})
    assert row["below_since"] == DAY


def test_without_watch_and_downgrade_months_a_client_goes_down_at_once():
    frame = clients({"average": 900_000.0, **held("T2")})
    (row,) = rules.decide(frame, BANDS, DAY, rules.Hysteresis(0, 0)).to_dicts()
    assert (row["code"], row["change"]) == ("T1", "downgraded")


def test_a_client_whose_assets_are_not_known_today_stays_as_it_is():
    state = held("T2", below_since=date(2025, 12, 1), watch_since=date(2026, 3, 1))
    (row,) = decide({"average": None, **state})
    assert {name: row[name] for name in rules.STATE} == state
    assert row["change"] is None


def test_institutions_take_the_most_specific_tier_of_their_kind_whatever_they_own():
    company, bank = decide(
        {"client": 1, "kind": "institution", "average": 9e9},
        {"client": 2, "kind": "institution", "investor_class": "A"},
    )
    assert (company["code"], bank["code"]) == ("I1", "I3")


def test_a_client_who_becomes_an_institution_changes_at_once():
    (row,) = decide({"kind": "institution", "average": 10.0, **held("T2")})
    assert (row["code"], row["change"], row["below_since"]) == ("I1", "reclassified", None)


def test_a_tier_set_by_hand_wins_while_the_rule_goes_on_behind_it():
    (row,) = decide({"average": 1_200_000.0, "override": "T0", **held("T1")})
    assert (row["code"], row["rule_code"], row["change"]) == ("T0", "T2", "overridden")
    (kept,) = decide({"average": 1_200_000.0, "override": "T0", **held("T2") | {"code": "T0"}})
    assert (kept["code"], kept["change"]) == ("T0", None)


def test_when_the_hand_is_over_the_rule_counts_again():
    (row,) = decide({"average": 1_200_000.0, **held("T2") | {"code": "T0"}})
    assert (row["code"], row["change"], row["since"]) == ("T2", "override_ended", DAY)


def test_under_a_new_scheme_every_client_takes_the_tier_of_the_figures_at_once():
    down, unknown = decide(
        {"client": 1, "average": 10.0, **held("T2")}, {"client": 2, **held("T1")}, is_new_scheme=True
    )
    assert (down["code"], down["change"], down["below_since"]) == ("T0", "downgraded", None)
    assert (unknown["code"], unknown["change"]) == ("T1", None)


def test_a_tier_that_the_new_scheme_has_not_is_replaced():
    (row,) = decide({"average": 10.0, **held("T5")}, is_new_scheme=True)
    assert (row["code"], row["change"]) == ("T0", "reclassified")


def test_no_tier_is_skipped_over_a_year_of_moves_around_a_bound():
    """Assets oscillate about a bound every fortnight: the tier stays, but without the watch it would change each time."""
    state, moves, plain = held("T2"), 0, 0
    before = "T2"
    for step in range(26):
        average = 990_000.0 if step % 2 else 1_010_000.0
        day = DAY + timedelta(days=14 * step)
        (row,) = decide({"average": average, **state}, day=day)
        moves += row["change"] in ("upgraded", "downgraded")
        state = {name: row[name] for name in rules.STATE}
        now = "T2" if average >= 1_000_000 else "T1"
        plain, before = plain + (now != before), now
    assert (moves, plain) == (0, 25)


# --- bands ---------------------------------------------------------------------------------------------


def test_the_default_scheme_has_bounds_in_order():
    bands = [
        rules.Band(row["code"], row["rank"], row.get("lower_bound"), row.get("client_kind", ""))
        for row in defaults.TIERS
    ]
    assert rules.band_fault(bands) == ""


@pytest.mark.parametrize(
    ("bounds", "fault"),
    [([], "none"), ([1.0], "zero"), ([0.0, 5.0, 5.0], "order"), ([0.0, 5.0, 3.0], "order"), ([0.0, 1.0], "")],
)
def test_bounds_that_leave_a_gap_or_are_out_of_order_are_named(bounds, fault):
    assert rules.band_fault([rules.Band(f"T{n}", n, bound) for n, bound in enumerate(bounds)]) == fault


# --- value ---------------------------------------------------------------------------------------------


def test_trading_often_counts_nothing_towards_value():
    assert sum(rules.WEIGHTS.values()) == pytest.approx(1)
    assert not {name for name in rules.WEIGHTS if "order" in name or "trad" in name or "turnover" in name}


def test_the_value_score_is_the_weighted_share_of_clients_who_have_less():
    frame = pl.DataFrame(
        {
            "client": [1, 2, 3],
            "assets": [1.0, 2.0, 3.0],
            "revenue": [0.0, 0.0, 9.0],
            "products": [0.0, 5.0, 0.0],
            "margin": [0.0, 0.0, 0.0],
            "tenure": [3.0, 1.0, 2.0],
        }
    )
    scores = rules.value_scores(frame).to_dict(as_series=False)
    assert scores["value_score"] == pytest.approx([0.1, 0.45 * 0.5 + 0.15, 0.45 + 0.2 + 0.05])
    assert scores["value_percentile"] == [0.0, 0.5, 1.0]


def test_the_weight_of_a_missing_part_is_shared_out_over_the_others():
    frame = pl.DataFrame({"client": [1, 2], "assets": [1.0, 2.0], "tenure": [None, 5.0]})
    scores = rules.value_scores(frame)["value_score"].to_list()
    assert scores == pytest.approx([0.0, 0.45 / 0.55])


def test_without_assets_there_is_no_value_score():
    frame = pl.DataFrame({"client": [1, 2], "assets": [None, 2.0], "tenure": [1.0, 5.0]})
    assert rules.value_scores(frame)["value_score"].to_list()[0] is None


def test_the_stored_percentile_moves_in_steps_of_five_points():
    steps = pl.DataFrame({"p": [0.0, 0.049, 0.05, 0.9999, 1.0, None]}).select(rules.value_steps(pl.col("p")))
    assert steps["p"].to_list() == [0, 0, 5, 95, 100, None]


# --- service -------------------------------------------------------------------------------------------


def test_how_often_a_client_trades_is_told_by_orders_within_the_window():
    orders = pl.DataFrame({"orders": [None, 0.0, 2.0, 3.0]}).select(rules.frequency(3).alias("f"))
    assert orders["f"].to_list() == ["", "quiet", "steady", "busy"]


def test_the_next_contact_is_owed_after_the_last_one_and_before_the_first_from_the_begin_of_the_tier():
    frame = pl.DataFrame(
        {"last": [date(2026, 2, 1), None, date(2026, 2, 1)], "since": [DAY] * 3, "every": [30, 30, None]},
        schema={"last": pl.Date, "since": pl.Date, "every": pl.Int32},
    )
    due = frame.select(rules.contact_due(pl.col("last"), pl.col("since"), pl.col("every")).alias("due"))["due"]
    assert due.to_list() == [date(2026, 3, 3), date(2026, 4, 1), None]

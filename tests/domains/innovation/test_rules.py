"""Rules of ideas, trials and the catalogue: no database."""

from datetime import date

import pytest

from dakehu.domains.innovation.catalogue import rules as catalogue
from dakehu.domains.innovation.ideas import rules as ideas
from dakehu.domains.innovation.trials import rules as trials

LIN, ZHOU, HE = 1, 2, 3
DAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("state", "person", "is_supporter", "field"),
    [
        ("submitted", ZHOU, False, None),
        ("in_trial", ZHOU, False, None),
        ("submitted", LIN, False, "idea"),
        ("submitted", ZHOU, True, "idea"),
        ("declined", ZHOU, False, "idea"),
        ("submitted", None, False, "idea"),
    ],
)
def test_each_person_has_one_voice_and_none_for_an_own_or_decided_idea(state, person, is_supporter, field):
    error = ideas.support_error(state, LIN, person, is_supporter)
    assert (error and error[0]) == field


@pytest.mark.parametrize(
    ("state", "person", "field"),
    [("submitted", ZHOU, None), ("submitted", LIN, "idea"), ("sponsored", ZHOU, "idea"), ("adopted", ZHOU, "idea")],
)
def test_an_idea_has_one_sponsor_who_is_not_its_author(state, person, field):
    error = ideas.sponsor_error(state, LIN, person)
    assert (error and error[0]) == field


@pytest.mark.parametrize(
    ("state", "decision", "reason", "person", "field"),
    [
        ("sponsored", "adopted", "有效", ZHOU, None),
        ("submitted", "declined", "已有同样服务", ZHOU, None),
        ("submitted", "adopted", "有效", ZHOU, "decision"),
        ("sponsored", "declined", " ", ZHOU, "reason"),
        ("sponsored", "declined", "长" * 501, ZHOU, "reason"),
        ("sponsored", "adopted", "有效", LIN, "idea"),
        ("in_trial", "adopted", "有效", ZHOU, "idea"),
        ("declined", "adopted", "有效", ZHOU, "idea"),
    ],
)
def test_nothing_is_decided_without_a_reason_by_its_author_or_during_a_trial(state, decision, reason, person, field):
    error = ideas.decision_error(state, decision, reason, LIN, person)
    assert (error and error[0]) == field


STRATA = {number: ("T1", "T2", "")[number % 3] for number in range(300)}


def test_a_draw_is_the_same_for_the_same_seed_and_another_for_another():
    first = trials.draw_groups(STRATA, "a", 50)
    assert first == trials.draw_groups(dict(reversed(STRATA.items())), "a", 50)
    assert first != trials.draw_groups(STRATA, "b", 50)
    assert sorted((*first.treatment, *first.control)) == sorted(STRATA)


@pytest.mark.parametrize("percent", [10, 30, 50])
def test_the_control_group_has_its_share_of_every_tier(percent):
    drawn = trials.draw_groups(STRATA, "seed", percent)
    for tier in ("T1", "T2", ""):
        assert sum(STRATA[client] == tier for client in drawn.control) == percent


def test_rounding_in_small_tiers_does_not_shrink_the_control_group():
    drawn = trials.draw_groups({number: f"T{number // 3}" for number in range(27)}, "seed", 50)
    assert (len(drawn.treatment), len(drawn.control)) == (14, 13)


def test_who_is_drawn_does_not_depend_on_the_number_of_a_client():
    drawn = trials.draw_groups(dict.fromkeys(range(2000), ""), "seed", 50)
    assert 430 < sum(client < 1000 for client in drawn.control) < 570


def test_groups_are_enough_from_the_published_number_on():
    enough = trials.power_of("share", 0.10, None, (1774, 1774), 3, False)
    short = trials.power_of("share", 0.10, None, (1773, 1773), 3, False)
    assert (enough.needed_treatment, enough.needed_control, enough.is_enough) == (1774, 1774, True)
    assert short.is_enough is False and short.detectable > 3 > enough.detectable - 0.01


def test_a_share_that_is_to_fall_is_planned_as_one_that_rises():
    falling, rising = (trials.power_of("share", base, None, (200, 200), 10, base < 0.5) for base in (0.3, 0.7))
    assert falling == rising


def test_amounts_are_planned_by_their_spread():
    found = trials.power_of("amount", 500.0, 2000.0, (64, 64), 1000, False)  # Cohen: d = 0.5 needs 64
    assert (found.needed_treatment, found.is_enough) == (64, True)


@pytest.mark.parametrize(
    ("kind", "base", "spread", "sizes", "hoped", "problem"),
    [
        ("share", None, None, (50, 50), 10, "no_facts"),
        ("share", 0.5, None, (0, 50), 10, "no_facts"),
        ("share", 0.95, None, (50, 50), 10, "impossible"),
        ("amount", 0.0, 0.0, (50, 50), 10, "nothing_varies"),
    ],
)
def test_what_cannot_be_planned_says_why(kind, base, spread, sizes, hoped, problem):
    found = trials.power_of(kind, base, spread, sizes, hoped, False)
    assert (found.problem, found.is_enough) == (problem, None)


@pytest.mark.parametrize(
    ("sizes", "hoped", "why", "field"),
    [
        ((2000, 2000), 3, "", None),
        ((50, 50), 3, "", "why_small"),
        ((50, 50), 3, "先看可行性", None),
        ((50, 50), 95, "x", "hoped_effect"),
    ],
)
def test_a_trial_that_cannot_show_its_effect_needs_a_reason_to_begin(sizes, hoped, why, field):
    error = trials.size_error(trials.power_of("share", 0.10, None, sizes, hoped, False), why)
    assert (error and error[0]) == field


def shares(count, of):
    return [1.0] * count + [0.0] * (of - count)


@pytest.mark.parametrize(
    ("treatment", "control", "lower_is_better", "hoped", "verdict"),
    [
        (shares(56, 70), shares(48, 80), False, 10, "better"),  # people.md B.3: +20 points, +5 to +33
        (shares(48, 80), shares(56, 70), False, 10, "worse"),
        (shares(48, 80), shares(56, 70), True, 10, "better"),
        (shares(20, 40), shares(18, 40), False, 10, "unclear"),
        (shares(500, 1000), shares(500, 1000), False, 10, "smaller"),
        (shares(20, 29), shares(1, 400), False, 10, "too_few"),
    ],
)
def test_a_result_says_no_more_than_its_interval(treatment, control, lower_is_better, hoped, verdict):
    assert trials.compare("share", treatment, control, lower_is_better, hoped).verdict == verdict


def test_the_interval_of_shares_is_newcombes():
    found = trials.compare("share", shares(56, 70), shares(48, 80), False, 10)
    assert (found.difference, found.low, found.high) == pytest.approx((20.0, 5.24, 33.39), abs=0.01)
    assert trials.compare("share", shares(5, 29), shares(9, 90), False, 10).difference is None


def test_each_further_look_asks_for_more():
    levels = [trials.compare("share", shares(56, 70), shares(48, 80), False, 10, looks) for looks in range(3)]
    assert [one.level for one in levels] == [0.95, 0.975, 0.9875]
    assert levels[0].low > levels[1].low > levels[2].low and levels[0].high < levels[2].high


def test_one_big_client_does_not_decide_an_amount():
    quiet = [float(number % 7) for number in range(200)]
    found = trials.compare("amount", [*quiet, 1e9], quiet, False, 1)
    assert found.verdict in ("smaller", "unclear") and found.high < 10


@pytest.mark.parametrize(
    ("drawn", "present", "uneven"),
    [
        ((500, 500), (500, 500), False),
        ((500, 500), (490, 480), False),
        ((500, 500), (500, 380), True),
        ((0, 5), (0, 5), False),
    ],
)
def test_groups_that_lost_clients_unevenly_are_not_compared(drawn, present, uneven):
    assert trials.is_uneven(drawn, present) is uneven


@pytest.mark.parametrize(
    ("is_person", "age", "older_from", "in_distress", "out"),
    [
        (True, 64, 65, False, False),
        (True, 65, 65, False, True),
        (True, None, 65, False, True),
        (False, None, 65, False, False),
        (True, 80, 0, False, False),
        (True, 30, 65, True, True),
    ],
)
def test_older_people_and_those_in_distress_are_kept_out(is_person, age, older_from, in_distress, out):
    assert trials.is_vulnerable_client(is_person, age, older_from, in_distress) is out


@pytest.mark.parametrize(
    ("varied", "older_from", "needed"),
    [("timing", 65, False), ("timing", 60, False), ("fee", 65, True), ("timing", 0, True), ("timing", 70, True)],
)
def test_fees_and_older_clients_are_for_compliance(varied, older_from, needed):
    assert trials.needs_compliance(varied, older_from, 65) is needed


def test_matters_that_no_trial_varies_are_found_in_its_words():
    assert trials.matters_named(["缩短风险揭示", "timing"]) == ["风险揭示"]
    assert trials.matters_named(["提前打电话"]) == []


@pytest.mark.parametrize(
    ("outcome", "reason", "until", "extensions", "is_author", "field"),
    [
        ("adopt", "有效", None, 0, False, None),
        ("stop", " ", None, 0, False, "reason"),
        ("adopt", "有效", None, 0, True, "trial"),
        ("extend", "再看", date(2026, 12, 31), 0, False, None),
        ("extend", "再看", None, 0, False, "until"),
        ("extend", "再看", DAY, 0, False, "until"),
        ("extend", "再看", date(2026, 12, 31), 2, False, "outcome"),
    ],
)
def test_a_second_person_decides_with_a_reason_and_extends_twice_at_most(
    outcome, reason, until, extensions, is_author, field
):
    error = trials.decision_error(outcome, reason, until, DAY, DAY, extensions, is_author)
    assert (error and error[0]) == field


@pytest.mark.parametrize("name", ["hypothesis", "varied", "treatment", "measure", "hoped_effect", "channel"])
def test_a_design_says_everything_before_it_is_submitted(name):
    known = dict.fromkeys(("hypothesis", "varied", "treatment", "measure", "hoped_effect", "channel"), "x")
    assert trials.design_error({**known, "contact": "service"}) is None
    assert trials.design_error({**known, "contact": "service", name: ""})[0] == name
    assert trials.design_error({**known, "contact": "none", "channel": ""}) is None


@pytest.mark.parametrize(
    ("text", "codes", "unknown"),
    [("T4，T3、T3", ["T3", "T4"], []), ("", [], []), ("私行 T9", ["T5"], ["T9"])],
)
def test_tiers_are_read_by_code_or_name(text, codes, unknown):
    assert catalogue.parse_tiers(text) == (codes, unknown)


@pytest.mark.parametrize(
    ("valid_from", "latest", "note", "field"),
    [
        (date(2020, 1, 1), None, "", None),
        (DAY, date(2026, 1, 1), "更快", None),
        (DAY, date(2026, 1, 1), "", "note"),
        (date(2026, 11, 28), date(2026, 1, 1), "更快", "valid_from"),
        (DAY, DAY, "更快", "valid_from"),
    ],
)
def test_a_new_version_begins_after_the_last_and_never_in_the_past(valid_from, latest, note, field):
    error = catalogue.version_error(valid_from, latest, DAY, note)
    assert (error and error[0]) == field


def test_the_version_of_a_day_is_the_last_that_has_begun():
    days = [date(2026, 1, 1), date(2026, 6, 1)]
    found = [catalogue.version_on(days, day) for day in (date(2025, 12, 31), days[0], date(2026, 5, 31), days[1], DAY)]
    assert found == [None, 0, 0, 1, 1]


def test_a_difference_gives_both_texts_back():
    before, after = "三个工作日内电话回复。", "一个工作日内电话或微信回复。"
    found = catalogue.segments(before, after)
    assert "".join(text for kind, text in found if kind != "added") == before
    assert "".join(text for kind, text in found if kind != "removed") == after
    assert catalogue.segments("a" * 5000, "b") == [("removed", "a" * 5000), ("added", "b")]

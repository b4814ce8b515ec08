"""Charts as SVG: round axis values, gaps left open, extremes kept, the same output for the same data."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from dakehu.exchange.reports.charts import PALETTE, Curve, lines, ring, steps

DAYS = [f"2026-{1 + n // 28 % 12:02d}-{1 + n % 28:02d}" for n in range(1000)]


def drawn(values, **more):
    return lines(DAYS[: len(values)], [Curve(values, **more)], width=500, height=150, format_value="{:.2f}".format)


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_an_axis_reaches_from_below_the_lowest_to_above_the_highest(low, span):
    made = steps(low, low + span)
    slack = 1e-6 * max(1.0, abs(low) + span)
    assert made[0] <= low + slack and made[-1] >= low + span - slack
    assert 2 <= len(made) <= 9 and made == sorted(made)


def test_a_picture_is_well_formed_and_always_the_same():
    made = drawn([1.0, 1.1, None, 0.9], marks=((1, 1), (3, -1)))
    ElementTree.fromstring(made)
    assert made == drawn([1.0, 1.1, None, 0.9], marks=((1, 1), (3, -1)))


def test_a_gap_is_left_open():
    assert drawn([1.0, 1.1, None, 0.9, 1.0]).count('fill="none"') == 2


def test_the_deepest_day_among_many_is_drawn():
    values = [1.0] * 1000
    values[777] = 0.4
    made = drawn(values)
    assert len(made) < 20_000
    assert " 132.00L" in made  # the bottom of the axis: 150 less 18 for the dates


def test_words_in_a_chart_cannot_become_marks_of_the_picture():
    made = lines(["<b>", "<b>"], [Curve([1.0, 2.0])], width=100, height=80, format_value="<{:.0f}&".format)
    ElementTree.fromstring(made)


def test_nothing_to_draw_is_an_empty_picture():
    assert "<path" not in drawn([None, None]) and "<path" not in ring([0, 0], size=100)


def test_a_ring_has_a_part_for_every_share_also_for_a_single_one():
    assert [ring([0.5, 0.3, 0.2], size=100).count(colour) for colour in PALETTE[:4]] == [1, 1, 1, 0]
    assert ring([1.0], size=100).count("<path") == 1

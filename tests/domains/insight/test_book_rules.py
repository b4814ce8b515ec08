"""The book over time, without a database: grids add up, small groups are hidden, spells are censored, spans are months."""

from datetime import date

import numpy as np
import pytest

from dakehu.domains.insight.book import answers, concentration, retention
from dakehu.domains.insight.book.grids import Column, Figure, Grid, Groups, Selections, View, ratio, share_of_total
from dakehu.domains.insight.book.spans import Span, quarter_of, read_span
from dakehu.foundation.base.errors import Refused

JULY, SEPTEMBER, OCTOBER = date(2026, 7, 1), date(2026, 9, 1), date(2026, 10, 1)


def amounts(places, cents, labels=("甲", "乙", "丙"), name="table"):
    values = np.array(cents, np.int64)
    columns = [
        Column("clients", "客户数"),
        Column("assets", "资产", "money", values=values, is_amount=True),
        Column("mean", "人均", "money", derived=ratio("assets", "clients"), of="assets", is_amount=True),
        Column("share", "占比", "share", derived=share_of_total("assets"), of="assets", is_amount=True),
    ]
    return Grid(name, "资产", "组", Groups(labels, np.array(places)), columns)


def test_every_number_is_the_sum_of_its_clients_and_rows_add_up_to_the_total():
    grid = amounts([0, 0, 1, 2, -1], [10, 20, 30, 40, 1000])
    cells = grid.values()
    assert cells["clients"] == [2, 1, 1, 4] and cells["assets"] == [30, 30, 40, 100]
    assert sum(cells["assets"][:-1]) == cells["assets"][-1] and cells["share"] == [0.3, 0.3, 0.4, 1.0]
    for row, place in ((0, 0), (None, 3)):
        chosen = grid.selected(row, "assets")
        assert grid.column("assets").values[chosen].sum() == cells["assets"][place]


def test_groups_may_overlap_and_the_total_has_each_client_once():
    masks = [np.array([True, True, False]), np.array([True, False, False])]
    grid = Grid("tops", "", "", Selections(["全部", "最大"], masks), [Column("clients", "客户数")])
    assert grid.values()["clients"] == [2, 1, 2]


@pytest.mark.parametrize(
    ("places", "cents", "hidden"),
    [
        ([0] * 30 + [1] * 30 + [2] * 30, [5] * 90, set()),
        ([0] * 30 + [1] * 30 + [2] * 3, [5] * 63, {2, 0}),  # one small group hides the next smallest as well
        ([0] * 30 + [1] * 30 + [2] * 30, [5] * 60 + [5] * 29 + [900], {2, 0, 1, None}),  # one client has most of it
        ([0] * 5 + [1] * 30 + [2] * 5, [5] * 40, {0, 2}),
        ([0] * 9, [5] * 9, {0, 1, 2, None}),
    ],
)
def test_a_small_or_dominated_group_is_hidden_and_cannot_be_worked_out_from_the_rest(places, cents, hidden):
    assert amounts(places, cents).hidden() == {"": hidden}


def answered(view, **rights):
    return answers.answer(view, [], **{"is_cleared": False, "is_filtered": False, **rights})


def test_a_reader_without_clearance_gets_amounts_of_many_clients_only_and_none_of_a_filtered_choice():
    grid = amounts([0] * 30 + [1] * 30 + [2] * 3, [5] * 63)
    view = View([grid], (Figure("合计", "table", "assets"),))
    table = answered(view)["grids"][0]
    hidden = [[cell["hidden"] for cell in row["cells"]] for row in table["rows"]]
    assert hidden == [[False, True, True, True], [False, False, False, False], [False, True, True, True]]
    assert [row["cells"][0]["value"] for row in table["rows"]] == [30, 30, 3]
    assert all(cell["value"] is None for row in table["rows"] for cell in row["cells"] if cell["hidden"])
    assert answered(view)["figures"][0]["value"] == 3.15
    assert answered(view, is_filtered=True)["figures"][0]["value"] is None
    assert answered(view, is_cleared=True, is_filtered=True)["figures"][0]["value"] == 3.15


def test_a_figure_is_compared_with_the_same_figure_before():
    now, before = (View([amounts([0] * 30, [cents] * 30)], (Figure("合计", "table", "assets"),)) for cents in (7, 5))
    span = Span(JULY, SEPTEMBER)
    found = answers.answer(now, [("上期", span, before)], is_cleared=True, is_filtered=False)["figures"][0]
    assert (found["value"], found["compared"][0]["value"], found["compared"][0]["change"]) == (2.1, 1.5, 0.6)
    assert found["compared"][0]["span"] == "2026 Q3"


def test_a_number_names_its_clients_and_another_name_is_refused():
    view = View([amounts([0, 1, 1], [10, 0, 30])])
    assert answers.read_cell(view, "table.1.assets").mask.tolist() == [False, False, True]
    assert answers.read_cell(view, "table.all.mean").total == 40
    for wrong in ("table.9.assets", "table.0.secret", "nowhere", "table.-1.assets", "table.x.assets"):
        with pytest.raises(Refused):
            answers.read_cell(view, wrong)


@pytest.mark.parametrize(
    ("months", "closed", "gone", "leave"),
    [
        ("11111", False, False, 4),
        ("11000", False, True, 2),
        ("11100", False, False, 4),  # two months without: not gone yet, observed until the end
        ("11100", True, True, 3),
        ("01011", True, False, 4),  # a client who returns is not gone
        ("00000", True, False, 4),
    ],
)
def test_a_client_is_gone_after_three_months_without_and_observed_until_then(months, closed, gone, leave):
    present = np.array([[one == "1"] for one in months])
    first, left, is_gone, is_seen = retention.membership_spells(present, np.array([closed]))
    assert (bool(is_gone[0]), int(left[0])) == (gone, leave)
    assert bool(is_seen[0]) == ("1" in months) and first[0] == max(months.find("1"), 0)


def test_survival_multiplies_what_stayed_of_those_observed():
    assert retention.survival({"gone": [1, 0, 2], "at_risk": [10, 0, 4]}) == [0.9, 0.9, 0.45]


def test_herfindahl_and_gini_add_up_from_the_clients():
    values = np.array([1, 0, 3, 4], np.int64)
    order = np.array([3, 2, 0])
    weights, gini = concentration.weights_of(values, order)
    assert (weights**2).sum() == pytest.approx((16 + 9 + 1) / 64)
    assert gini.sum() == pytest.approx((2 * (1 * 1 + 2 * 3 + 3 * 4)) / (3 * 8) - 4 / 3)
    picture = concentration.lorenz(values[order])
    assert picture["series"][0]["values"][0] == 0 and picture["series"][0]["values"][-1] == 1
    assert picture["series"][0]["values"] == sorted(picture["series"][0]["values"])
    assert concentration.lorenz(np.array([], np.int64)) == {}


def test_spans_are_months_and_the_quarter_of_the_newest_unless_said():
    known = [date(2026, month, 1) for month in range(5, 12)]
    assert read_span(None, None, known) == Span(OCTOBER, date(2026, 11, 1))
    assert read_span("2026-07", "2026-09-15", known) == Span(JULY, SEPTEMBER)
    assert Span(JULY, SEPTEMBER).name == "2026 Q3" and Span(JULY, SEPTEMBER).moved(-3).name == "2026 Q2"
    assert Span(JULY, JULY).moved(-12) == Span(date(2025, 7, 1), date(2025, 7, 1))
    assert quarter_of(SEPTEMBER).first == JULY
    for since, until in (("2026-09", "2026-07"), ("2026-01", None), ("kein", None), (None, "2026-13")):
        with pytest.raises(Refused):
            read_span(since, until, known)


def test_what_moved_is_hidden_in_a_row_while_what_there_was_may_be_shown():
    values = {name: np.zeros(30, np.int64) for name in ("opening", "moved")}
    values["opening"][:], values["moved"][:3] = 10, 5
    columns = [Column(name, name, "money", values=values[name], is_amount=True, layer=name) for name in values]
    grid = Grid("flows", "", "", Groups(["全部"], np.zeros(30, int)), columns)
    assert grid.hidden() == {"opening": set(), "moved": {0, None}}

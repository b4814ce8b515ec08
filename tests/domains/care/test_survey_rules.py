"""Figures and questions of surveys, without a database."""

import pytest

from dakehu.domains.care.surveys import frames, questions, rules, texts
from dakehu.domains.care.surveys.questions import question


@pytest.mark.parametrize(
    ("count", "n", "low", "high"), [(18, 20, 0.699, 0.972), (0, 20, 0.0, 0.161), (20, 20, 0.839, 1.0)]
)
def test_a_share_has_wilsons_interval(count, n, low, high):
    found = rules.share_of(count, n)
    assert (round(found.low, 3), round(found.high, 3)) == (low, high)


@pytest.mark.parametrize(
    ("n", "shows_count", "shows_share"),
    [(0, False, False), (4, False, False), (5, True, False), (19, True, False), (20, True, True)],
)
def test_nothing_is_shown_of_too_few(n, shows_count, shows_share):
    found = rules.share_of(n, n)
    assert ((found.count is not None), (found.share is not None)) == (shows_count, shows_share)


def test_a_survey_may_ask_for_more_than_twenty_and_never_for_fewer():
    assert rules.share_of(25, 25, 30).share is None
    assert rules.share_of(10, 10, 5).share is None


def test_fifty_answers_with_thirty_promoters_and_eight_detractors_are_44_plus_or_minus_21():
    found = rules.recommendation([10] * 30 + [8] * 12 + [3] * 8)
    assert (round(found.value * 100), round(found.half * 100)) == (44, 21)
    assert rules.recommendation([10] * 49).value is None
    assert rules.recommendation([10] * 49).promoters == 49
    assert rules.recommendation([10] * 4).promoters is None


def test_satisfaction_counts_four_and_five_and_a_mean_comes_with_its_interval():
    scores = [5] * 9 + [4] * 9 + [1] * 2
    assert rules.satisfaction(scores).share == 0.9
    mean, half = rules.mean_with_interval(scores)
    assert (round(mean, 2), round(half, 2)) == (4.15, 0.52)
    assert rules.mean_with_interval(scores[:19]) is None


def test_weights_bring_answers_back_to_the_book_within_limits():
    found = rules.weights({"A": 100, "B": 100, "C": 800}, {"A": 90, "B": 5, "C": 5})
    assert found == {"A": 0.3, "B": 2.0, "C": 3.0}
    assert rules.effective_n([1.0] * 10) == 10
    assert round(rules.effective_n([3.0] * 5 + [0.3] * 5), 2) == 5.99
    assert rules.weights({"A": 10}, {}) == {}
    share, effective = rules.weighted_share([(True, 1.0)] * 20 + [(False, 1.0)] * 20)
    assert (share.share, effective) == (0.5, 40.0)
    assert rules.weighted_share([(True, 1.0)] * 19)[0].share is None


@pytest.mark.parametrize(
    ("counts", "joined"),
    [
        ([("a", 9), ("b", 3), ("c", 9)], [("a", "b"), ("c",)]),
        ([("a", 2), ("b", 2), ("c", 20)], [("a", "b", "c")]),
        ([("a", 1), ("b", 2)], [("a", "b")]),
        ([("a", 5), ("b", 5)], [("a",), ("b",)]),
        ([], []),
    ],
)
def test_cells_of_fewer_than_five_are_joined_with_a_neighbour(counts, joined):
    assert rules.joined_cells(counts) == joined


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 20, "b": 20}, {"a", "b"}),
        ({"a": 20, "b": 9, "c": 3}, {"a"}),  # the total less a and b would reveal three
        ({"a": 20, "b": 3, "c": 2}, {"a"}),
        ({"a": 20, "b": 0}, {"a"}),
    ],
)
def test_no_two_published_tables_differ_by_fewer_than_five(counts, shown):
    found = rules.published_cells(counts)
    assert found == shown
    rest = sum(counts.values()) - sum(counts[name] for name in found)
    assert rest == 0 or rest >= 5


def test_strata_of_a_sending_are_joined_until_each_is_large_enough():
    strata = {n: "A" if n < 30 else "B" if n < 34 else "C" for n in range(60)}
    found = frames.groups_of_sample(strata, range(60), 10)
    assert {name: len(some) for name, some in found.items()} == {"A": 30, "B + C": 30}


ASKED = [
    question("q1", "csat", "满意吗", "Satisfied"),
    question("q2", "single", "渠道", "Channel", options=[("电话", "Phone"), ("邮件", "Mail")], is_required=False),
    question(
        "q3",
        "multiple",
        "原因",
        "Why",
        options=[("慢", "Slow"), ("贵", "Dear")],
        show_if={"question": "q1", "values": ["1", "2"]},
    ),
    question("q4", "matrix", "各项", "Each", rows=[("速度", "Speed"), ("态度", "Manner")]),
    question("q5", "nps", "推荐", "Recommend", is_required=False),
    question("q6", "text", "其他", "Else", is_required=False),
]
LINES = {"q4.r1": ("4",), "q4.r2": ("5",)}


def test_every_kind_of_question_is_read():
    raw = {"q1": ("2",), "q2": ("o2",), "q3": ("o2", "o1"), "q5": ("0",), "q6": ("  很好  ",), **LINES}
    choices, words, faults = questions.read_answers(ASKED, raw)
    assert faults == {}
    assert choices == {"q1": 2, "q2": "o2", "q3": ["o1", "o2"], "q4": {"r1": 4, "r2": 5}, "q5": 0}
    assert words == {"q6": "很好"}


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        ({}, {"q1", "q4"}),
        ({"q1": ("6",), **LINES}, {"q1"}),
        ({"q1": ("２",), **LINES}, {"q1"}),
        ({"q1": ("-1",), **LINES}, {"q1"}),
        ({"q1": ("5",), "q2": ("o9",), **LINES}, {"q2"}),
        ({"q1": ("5",), "q2": ("o1", "o2"), **LINES}, {"q2"}),
        ({"q1": ("1",), **LINES}, {"q3"}),
        ({"q1": ("5",), "q4.r1": ("3",)}, {"q4"}),
        ({"q1": ("5",), "q5": ("11",), **LINES}, {"q5"}),
        ({"q1": ("5",), "q6": ("长" * 1001,), **LINES}, {"q6"}),
    ],
)
def test_what_cannot_be_an_answer_is_named_by_its_question(raw, wrong):
    assert set(questions.read_answers(ASKED, raw)[2]) == wrong


def test_the_answer_to_a_hidden_question_is_dropped():
    choices, _, faults = questions.read_answers(ASKED, {"q1": ("5",), "q3": ("o1",), **LINES})
    assert "q3" not in choices
    assert faults == {}


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ([], {""}),
        (ASKED, set()),
        ([question(f"q{n}", "text", "题", "Q") for n in range(9)], {""}),
        ([question("q1", "single", "题", "Q", options=[("一", "One")])], {"q1"}),
        ([question("q1", "text", "题", "Q", show_if={"question": "q2", "values": ["1"]})], {"q1"}),
        ([ASKED[5], question("q7", "text", "题", "Q", show_if={"question": "q6", "values": ["1"]})], {"q7"}),
        ([ASKED[0], question("q7", "text", "题", "Q", show_if={"question": "q1", "values": ["9"]})], {"q7"}),
    ],
)
def test_questions_that_cannot_be_asked_are_named(asked, wrong):
    assert set(questions.question_faults(asked)) == wrong


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("q2: 0,1", {"question": "q2", "values": ["0", "1"]}),
        ("q2：0，1", {"question": "q2", "values": ["0", "1"]}),
    ],
)
def test_a_condition_is_read_in_both_widths(text, found):
    assert questions.read_condition(text) == found


@pytest.mark.parametrize("text", ["q2", "q2:", ": 1"])
def test_a_condition_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match=text):
        questions.read_condition(text)


def test_options_are_read_with_semicolons_or_one_a_line():
    assert questions.read_lines("电话 | Phone；邮件｜Mail\n其他") == [("电话", "Phone"), ("邮件", "Mail"), ("其他", "")]


def test_the_words_on_anonymity_say_what_the_mail_server_knows():
    assert "邮件服务器" in texts.PRIVACY["anonymous"].zh
    assert "mail server" in texts.PRIVACY["anonymous"].en
    assert "{link}" not in texts.REMINDER_TO_ALL.zh

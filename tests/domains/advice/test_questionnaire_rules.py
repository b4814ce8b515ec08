"""What a version of the questionnaire must satisfy before it can be approved."""

import pytest

from dakehu.domains.advice.assessments.questionnaires import shipped_contents
from dakehu.domains.advice.questionnaire_versions import rules

SHIPPED = {key: value for key, value in shipped_contents()[0].items() if key not in ("version", "effective_from")}
TOPICS = [code for code, _, _ in SHIPPED["groups"]]


def item(**changed):
    options = [
        {"code": "short", "zh": "一年以内", "en": "Up to a year", "points": 1},
        {"code": "long", "zh": "一年以上", "en": "Longer", "points": 4, "exclusive": True},
    ]
    return {
        "code": "holding",
        "group": "goal",
        "kind": "single",
        "zh": "持有多久？",
        "en": "How long?",
        "options": options,
        **changed,
    }


def without_topic(topic):
    return {**SHIPPED, "items": [one for one in SHIPPED["items"] if one["group"] != topic], "checks": HARD_ONLY}


HARD_ONLY = [one for one in SHIPPED["checks"] if one["severity"] == "hard"][:1]


def without_lowest(topic):
    items = [
        {**one, "options": [{**o, "minimum": False} for o in one["options"]]} if one["group"] == topic else one
        for one in SHIPPED["items"]
    ]
    return {**SHIPPED, "items": items}


def test_the_questionnaire_that_comes_with_the_desk_has_the_structure():
    assert rules.structure_errors(SHIPPED) == []
    assert rules.is_readable("2027-01", "2027-01-01", SHIPPED)


@pytest.mark.parametrize("topic", rules.TOPICS)
def test_every_topic_is_asked_about(topic):
    zh = {code: zh for code, zh, _ in SHIPPED["groups"]}[topic]
    assert any(f"缺少主题“{zh}”" in one for one, _ in rules.structure_errors(without_topic(topic)))


@pytest.mark.parametrize("topic", rules.LOWEST_TOPICS)
def test_an_option_of_the_lowest_category_may_not_be_lost(topic):
    assert any("最低类别" in zh for zh, _ in rules.structure_errors(without_lowest(topic)))


@pytest.mark.parametrize(
    ("least", "is_right"),
    [
        ([20, 37, 54, 83], True),
        ([1, 2, 3, 100], True),
        ([20, 20, 54, 83], False),
        ([37, 20, 54, 83], False),
        ([0, 37, 54, 83], False),
        ([20, 37, 54, 101], False),
    ],
)
def test_levels_follow_one_another_without_gap_or_overlap(least, is_right):
    content = rules.with_bands(SHIPPED, least)
    assert (rules.structure_errors(content) == []) is is_right
    assert content["bands_certainty"] == ("S" if least == [20, 37, 54, 83] else "D")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"zh": " "}, "中英文都要填写"),
        ({"en": "x" * 301}, "中英文都要填写"),
        ({"code": "Ab c"}, "题目编号"),
        ({"group": "luck"}, "主题"),
        ({"kind": "matrix"}, "单选或多选"),
        ({"options": []}, "选项应为"),
        ({"options": [{"code": "a", "zh": "一", "en": "One", "points": 1}] * 2}, "选项编号重复"),
        ({"options": [{"code": "a", "zh": "一", "en": "One", "points": 21}, None]}, "分值"),
        ({"options": [{"code": "a", "zh": "一", "en": "One", "points": True}] * 2}, "分值"),
        ({"options": "none"}, "题干与选项"),
    ],
)
def test_what_is_wrong_with_a_question_is_named(changed, words):
    assert any(words in zh for zh, _ in rules.item_errors(item(**changed), TOPICS))
    assert rules.item_errors(item(), TOPICS) == []


def test_a_question_is_replaced_where_it_stands_and_a_new_one_goes_to_the_end():
    added = rules.with_item(SHIPPED, item())
    assert [one["code"] for one in added["items"]][-1] == "holding" and len(added["items"]) == 21
    again = rules.with_item(added, item(zh="打算持有多久？", kind="multi"))
    assert len(again["items"]) == 21 and again["exclusive"]["holding"] == ["long"]
    assert "exclusive" not in again["items"][-1]["options"][1]
    gone = rules.without_item(again, "holding")
    assert gone["items"] == SHIPPED["items"] and gone["exclusive"] == SHIPPED["exclusive"]


def test_a_check_that_names_what_is_gone_is_named():
    errors = rules.structure_errors(rules.without_item(SHIPPED, "loss"))
    assert any("no_loss_risky" in zh for zh, _ in errors)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("loss=no_loss; kinds=equity,complex", {"loss": ["no_loss"], "kinds": ["equity", "complex"]}),
        ("loss=no_loss；age=lt18，18_25；", {"loss": ["no_loss"], "age": ["lt18", "18_25"]}),
        ("loss=no_loss", None),
        ("loss; age=lt18", None),
        ("", None),
    ],
)
def test_contradicting_answers_are_read_from_words(text, found):
    assert rules.read_condition(text) == found


def test_what_changed_is_said_for_the_second_person():
    items = [
        {**one, "options": [{**o, "points": o["points"] + 1} if o["code"] == "salary" else o for o in one["options"]]}
        for one in SHIPPED["items"]
    ]
    after = rules.with_bands(rules.with_item({**SHIPPED, "items": items, "valid_days": 365}, item()), [25, 40, 60, 85])
    said = " ".join(zh for zh, _ in rules.changes(SHIPPED, after))
    assert "新增题目：持有多久？" in said and "3 → 4 分" in said and "730 → 365" in said and "C2 ≥ 25" in said
    assert rules.changes(SHIPPED, SHIPPED) == []

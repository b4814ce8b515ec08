"""Distress is detected by its own rules, not in negated phrases, and reported to the right people."""

from pathlib import Path

import pytest

from dakehu.domains.care.distress.rules import find_signs, level_of
from dakehu.domains.care.distress.signs import LEVELS, SIGNS, TARGETS
from dakehu.domains.care.readable import make_readable

LINES = (Path(__file__).parent / "distress_sentences.tsv").read_text(encoding="utf-8").splitlines()
SENTENCES = [tuple(line.split("\t")) for line in LINES]


def signs_in(text: str) -> set[str]:
    return {one.sign.code for one in find_signs(make_readable(text).text) if not one.is_negated}


@pytest.mark.parametrize(("expected", "text"), [pair for pair in SENTENCES if pair[0] != "-"])
def test_a_sign_of_distress_is_found(expected, text):
    assert expected in signs_in(text)


@pytest.mark.parametrize("text", [text for expected, text in SENTENCES if expected == "-"])
def test_an_ordinary_sentence_raises_no_alarm(text):
    assert signs_in(text) == set()


def test_denied_words_are_named_and_raise_no_alarm():
    found = find_signs(make_readable("我没有不想活").text)
    assert [(one.sign.code, one.is_negated) for one in found] == [("self_harm", True)]
    assert level_of(found) is None


@pytest.mark.parametrize(
    "text", ["不是没想过死", "要不是孩子我早就跳楼了", "不得不借钱补仓", "能不慌吗", "难道不是被骗了吗"]
)
def test_a_negation_turned_round_denies_nothing(text):
    assert signs_in(text)


@pytest.mark.parametrize(
    "text", ["不想活了", "不 想 活 了", "不·想·活·了", "不想活了😭", "＂不想活了＂", "不\n想活了，不想活了"]
)
def test_spaces_signs_and_widths_hide_nothing(text):
    assert "self_harm" in signs_in(text)


def test_traditional_characters_hide_nothing():
    assert signs_in("我睡不著，還瞞著家裡借錢炒股，老師叫我轉帳給個人") == {
        "panic",
        "family_conflict",
        "debt_or_gambling",
        "fraud",
    }


def test_the_most_serious_level_counts():
    assert level_of(find_signs(make_readable("晚上睡不着，真的不想活了").text)) == "urgent"
    assert level_of(find_signs(make_readable("晚上睡不着").text)) == "watch"


def test_the_place_of_a_hit_is_that_of_the_original():
    text = "亏 完 了，我 不 想 活 了"
    readable = make_readable(text)
    (one,) = [one for one in find_signs(readable.text) if one.sign.code == "self_harm"]
    place = readable.found(one.start, one.end)
    assert place["text"] == "不 想 活" == text[place["start"] : place["end"]]


def test_every_sign_says_to_whom_it_goes_and_how_sure_it_is():
    for sign in SIGNS:
        assert sign.level in LEVELS and sign.certainty in "VSKD" and sign.do_zh and sign.do_en
        assert sign.escalate_to and set(sign.escalate_to) <= set(TARGETS)
    assert "emergency" in next(sign for sign in SIGNS if sign.code == "self_harm").escalate_to
    assert "anti_fraud" in next(sign for sign in SIGNS if sign.code == "fraud").escalate_to


def test_a_guidance_never_names_a_diagnosis():
    for sign in SIGNS:
        assert not any(word in sign.zh + sign.do_zh for word in ("病", "焦虑症", "赌徒", "抑郁症"))


def test_a_long_text_is_read_in_bounded_steps():
    assert signs_in("今天行情一般，" * 700 + "我不想活了") == {"self_harm"}

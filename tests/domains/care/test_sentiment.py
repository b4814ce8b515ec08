"""The query care.sentiment: who may run it, what it returns."""

import pytest

from dakehu.domains.care.sentiment.queries import MAX_LENGTH
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask
from tests.cast import acting


def test_lin_sees_distress_with_words_place_and_whom_to_tell(lin):
    text = "亏了三十万，我 不 想 活 了"
    with acting(lin):
        answer = ask("care.sentiment", {"text": text})
    assert answer["distress"] is True and answer["distress_level"] == "urgent" and answer["label"] != "positive"
    (word,) = answer["distress_words"]
    assert text[word["start"] : word["end"]] == word["text"] and word["sign"] == "self_harm"
    (sign,) = answer["signs"]
    assert [who["code"] for who in sign["escalate_to"]] == ["supervisor", "emergency"] and sign["what_to_do"]["en"]
    assert "loss" in answer["topics"]
    assert answer["model"]["measured_on_unseen"]["reviews"]["accuracy"] > 0.8 and answer["model"]["licence"]


def test_a_denied_word_is_listed_without_alarm(lin):
    with acting(lin):
        answer = ask("care.sentiment", {"text": "我没有不想活，放心"})
    assert answer["distress"] is False and answer["signs"] == []
    assert [word["is_negated"] for word in answer["distress_words"]] == [True]


def test_a_text_too_long_is_refused(lin):
    with acting(lin), pytest.raises(Refused, match=r"5000|5,000"):
        ask("care.sentiment", {"text": "好" * (MAX_LENGTH + 1)})

"""The mood of a text: the model loads offline, returns "unsure", and the figures it states are those of its file."""

from pathlib import Path

import numpy as np
import pytest

from dakehu.domains.care.readable import make_readable
from dakehu.domains.care.sentiment.features import SIZE, features_of
from dakehu.domains.care.sentiment.model import FILE, load_model
from dakehu.domains.care.sentiment.rules import LABELS, UNSURE_BELOW, baseline, decide
from dakehu.domains.care.topics.lexicon import TOPICS
from dakehu.domains.care.topics.rules import find_topics

LINES = (Path(__file__).parent / "mood_sentences.tsv").read_text(encoding="utf-8").splitlines()
SENTENCES = [tuple(line.split("\t")) for line in LINES]
# Sentences of clients with an unambiguous mood.
KNOWN = [
    ("negative", "今天跌成这样你们也没人给我打电话，太失望了"),
    ("positive", "谢谢小林，讲得很清楚，我放心多了"),
    ("negative", "我要投诉，上次答应我的事到现在没有回音"),
    ("negative", "亏了三十万，晚上睡不着觉"),
    ("positive", "你们服务真好，比上一家强多了"),
    ("positive", "客户经理很耐心，回复也及时，非常满意"),
    ("negative", "软件又闪退了，太差了"),
    ("negative", "打电话没人接，等了半天"),
    ("positive", "办得很快，态度也好"),
    ("neutral", "请问周五几点开始办理银证转账"),
    ("neutral", "麻烦把年度对账单寄到我家"),
    ("neutral", "我想咨询一下科创板开通要什么条件"),
]


def mood_of(text: str) -> str:
    readable = make_readable(text).text
    return decide(readable, load_model().probability(readable)).label


@pytest.mark.parametrize(("expected", "text"), KNOWN)
def test_the_known_dozen_have_their_mood(expected, text):
    assert mood_of(text) == expected


def test_unseen_sentences_of_the_trade_are_mostly_right_where_an_answer_is_given():
    said = [(label, mood_of(text)) for label, text in SENTENCES if label in ("positive", "negative")]
    answered = [pair for pair in said if pair[1] in ("positive", "negative")]
    right = sum(label == mood for label, mood in answered)
    assert len(answered) >= 0.7 * len(said) and right >= 0.85 * len(answered)


def test_the_model_is_small_holds_no_text_and_needs_no_pickle():
    assert FILE.stat().st_size <= 200_000
    with np.load(FILE, allow_pickle=False) as stored:
        assert set(stored) == {"weights", "scale", "intercept", "about"}
        assert stored["weights"].dtype == np.int8 and stored["weights"].shape == (SIZE,)


def test_the_model_states_how_often_it_was_right_on_unseen_texts():
    for figures in load_model().about["measured_on_unseen"].values():
        assert 0.8 < figures["accuracy"] < 1 and 0 < figures["unsure"] < 0.5


def test_a_weak_answer_is_unsure():
    assert decide("还行吧", UNSURE_BELOW - 0.01).label == "unsure"
    assert decide("还行吧", 1 - UNSURE_BELOW + 0.01).label == "unsure"
    assert decide("很好吧", UNSURE_BELOW).label == "positive"


@pytest.mark.parametrize("text", ["", "。", "？！", "嗯", "😀"])
def test_a_text_without_words_is_unsure(text):
    assert mood_of(text) == "unsure"


def test_a_text_of_distress_is_never_positive():
    assert decide("谢谢你们", 0.99, has_distress=True).label == "unsure"
    assert decide("谢谢你们", 0.10, has_distress=True).label == "negative"


def test_a_question_with_a_word_of_mood_is_not_neutral():
    assert decide("请问你们为什么这么差劲", 0.1).label == "negative"
    assert decide("请问几点关门", 0.1).label == "neutral"


def test_amounts_and_telephone_numbers_are_no_features():
    assert np.array_equal(features_of("亏了300000"), features_of("亏了13800000000"))
    assert len(features_of("")) == 0


def test_the_baseline_counts_words():
    assert baseline("太失望了") == "negative" and baseline("很满意") == "positive" and baseline("下周见") == "unsure"
    assert set(LABELS) == {"positive", "negative", "neutral", "unsure"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("佣金能不能降到万二", {"commission"}),
        ("打了三次电话没人接，等了半天", {"speed"}),
        ("这只基金亏了一半，我要投诉", {"product", "loss", "complaint"}),
        ("ＡＰＰ登录不上", {"system"}),
        ("小林态度很好，谢谢", {"staff", "praise"}),
        ("银证转账什么时候到账", {"account", "information"}),
        ("My adviser was slow and the fees are high", {"staff", "speed", "commission"}),
        ("今天天气好", set()),
    ],
)
def test_topics_are_found_by_their_words(text, expected):
    assert {topic.code for topic, _ in find_topics(make_readable(text).text)} >= expected
    assert bool(expected) == bool(find_topics(make_readable(text).text))


def test_every_topic_has_both_names():
    assert len({topic.code for topic in TOPICS}) == len(TOPICS) == 10
    assert all(topic.zh and topic.en for topic in TOPICS)

"""Queries: mood, distress and topics of a text, computed on this machine."""

from typing import Any

from dakehu.domains.care.distress.rules import Found, find_signs, level_of
from dakehu.domains.care.distress.signs import LEVELS, TARGETS
from dakehu.domains.care.permissions import SENTIMENT
from dakehu.domains.care.readable import Readable, make_readable
from dakehu.domains.care.sentiment.model import load_model
from dakehu.domains.care.sentiment.rules import UNSURE_BELOW, decide
from dakehu.domains.care.topics.rules import find_topics
from dakehu.domains.compliance.rule_sets.registry import CERTAINTY
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

MAX_LENGTH = 5_000
TEXT = Parameter("text", spec=FieldSpec("文本", "Text"))
NAMES = {
    "positive": bilingual("正面", "Positive"),
    "negative": bilingual("负面", "Negative"),
    "neutral": bilingual("中性", "Neutral"),
    "unsure": bilingual("拿不准", "Unsure"),
}
NOTICE = bilingual(
    "语气只是提示，请看原文；不得仅凭语气处理、转派或排序。痛苦信号由另一套规则识别，须由人处理。",
    "Mood is a suggestion: read the text. Nothing is handled, routed or ranked by mood alone. Signs of distress come from rules of "
    "their own and go to a person.",
)
ORIGIN = bilingual(
    "权重由公开的外卖评论与公司新闻标题（各取五分之四）以及本项目自编的 150 句话学得；产品内不含任何一句原文。",
    "The weights are learned from public food delivery reviews and company headlines (four fifths of each) and from 150 "
    "sentences of this project; none of the texts is in the product.",
)
LICENCE = bilingual(
    "本项目的部分为 Apache-2.0；所学的公开文本未注明许可，请由贵司法务判断是否使用，也可只用自编句子重新训练（决策记录 0162）。",
    "Apache-2.0 for what this project made; the public texts learned from state no licence. Let your lawyers decide, or train on "
    "the project's own sentences alone (decision 0162).",
)
LIMITS = bilingual(
    "评论和标题不是券商客户的话，实际误差会更大。",
    "Reviews and headlines are not clients of a broker: expect more errors in use.",
)


@query("care.sentiment", needs=SENTIMENT, zh="文本语气与话题", en="Mood and topics of a text", parameters=(TEXT,))
def sentiment(*, text: str) -> dict[str, Any]:
    """Return mood, signs of distress and topics of a text; nothing is stored or sent to other machines.

    {label: positive | negative | neutral | unsure, label_text, score: probability of positive from 0 to 1, confidence:
    that of the likelier mood, basis: model | question | distress | empty, unsure_below, distress: whether there is a
    sign that is not negated, distress_level: urgent | high | watch or None, distress_words: [{text, start, end, sign,
    level, is_negated}], signs: [{code, name, level, escalate_to, what_to_do: {zh, en}, source, certainty}], topics:
    codes, topic_words: [{code, name, words}], model: {version, kind, trained_on, measured_on_unseen, origin, licence,
    limits}, notice}. `start` and `end` count characters of the given text.
    """
    if len(text) > MAX_LENGTH:
        raise refusal(
            "text",
            "文本超过 {n} 字，请分段。",
            "The text is longer than {n} characters; ask in parts.",
            n=MAX_LENGTH,
        )
    readable, model = make_readable(text), load_model()
    found = find_signs(readable.text)
    level = level_of(found)
    score = model.probability(readable.text)
    mood = decide(readable.text, score, level is not None)
    topics = find_topics(readable.text)
    return {
        "label": mood.label,
        "label_text": str(NAMES[mood.label]),
        "score": round(score, 4),
        "confidence": round(mood.confidence, 4),
        "basis": mood.basis,
        "unsure_below": UNSURE_BELOW,
        "distress": level is not None,
        "distress_level": level,
        "distress_words": [described_word(one, readable) for one in found],
        "signs": described_signs(found),
        "topics": [topic.code for topic, _ in topics],
        "topic_words": [
            {"code": topic.code, "name": str(bilingual(topic.zh, topic.en)), "words": words} for topic, words in topics
        ],
        "model": {**model.about, "origin": str(ORIGIN), "licence": str(LICENCE), "limits": str(LIMITS)},
        "notice": str(NOTICE),
    }


def described_word(one: Found, readable: Readable) -> dict[str, Any]:
    """Return a found span with its position in the given text."""
    return {
        **readable.found(one.start, one.end),
        "sign": one.sign.code,
        "level": one.sign.level,
        "is_negated": one.is_negated,
    }


def described_signs(found: list[Found]) -> list[dict[str, Any]]:
    """Return the signs that are present and not negated, the most serious first, each once."""
    present = {one.sign.code: one.sign for one in found if not one.is_negated}
    order = list(LEVELS)
    return [
        {
            "code": sign.code,
            "name": str(bilingual(sign.zh, sign.en)),
            "level": sign.level,
            "level_text": str(bilingual(*LEVELS[sign.level])),
            "escalate_to": [{"code": who, "name": str(bilingual(*TARGETS[who]))} for who in sign.escalate_to],
            "what_to_do": {"zh": sign.do_zh, "en": sign.do_en},
            "source": sign.source,
            "certainty": sign.certainty,
            "certainty_text": str(CERTAINTY[sign.certainty]),
        }
        for sign in sorted(present.values(), key=lambda sign: order.index(sign.level))
    ]

"""Find the topics of a text by words. Pure."""

import re

from dakehu.domains.care.topics.lexicon import TOPICS, Topic

_COMPILED = [(topic, re.compile("|".join(topic.patterns))) for topic in TOPICS]


def find_topics(text: str) -> list[tuple[Topic, list[str]]]:
    """Return the topics of a comparable text in the order of the lexicon, each with its distinct words found."""
    found = [(topic, list(dict.fromkeys(m.group() for m in pattern.finditer(text)))) for topic, pattern in _COMPILED]
    return [(topic, words) for topic, words in found if words]

"""Rules of feedback: validation of a registration, allowed steps, suggestions from a text. Pure."""

from dataclasses import dataclass
from datetime import datetime

from dakehu.domains.care.distress.rules import find_signs, level_of
from dakehu.domains.care.readable import make_readable
from dakehu.domains.care.sentiment.model import load_model
from dakehu.domains.care.sentiment.rules import decide
from dakehu.domains.care.topics.rules import find_topics

REPLY_DAYS = 5  # working days until feedback is answered [D]
AT_ONCE = ("urgent", "high")  # levels of distress that go to a person the same day (domain.md 8.3)
UNSPECIFIC = ("complaint", "praise", "information")  # topics that state the kind, not the subject
STEPS = {  # state → what may be done with feedback in it
    "open": {"change", "reply", "close", "pass_on", "link"},
    "replied": {"reply", "close", "pass_on", "link"},
    "closed": {"link"},
}
SUBJECT_LENGTH = 80  # characters of a text used as the title of a complaint


@dataclass(frozen=True)
class Reading:
    """What a text suggests: mood (a hint only), level of distress ("" for none) and topic."""

    mood: str
    distress: str
    topic: str


def read_text(text: str) -> Reading:
    """Return what a text of any length suggests. Distress is found by words only, never by the model."""
    readable = make_readable(text)
    level = level_of(find_signs(readable.text)) or ""
    mood = decide(readable.text, load_model().probability(readable.text), bool(level)).label
    topics = [topic.code for topic, _ in find_topics(readable.text)]
    specific = [code for code in topics if code not in UNSPECIFIC]
    return Reading(mood, level, (specific or topics or ["other"])[0])


def may_step(state: str, step: str) -> bool:
    """Return whether a step may be taken in a state."""
    return step in STEPS.get(state, set())


def registration_error(
    has_client: bool, sender: str, text: str, received: datetime, now: datetime
) -> tuple[str, str, str] | None:
    """Return the error of a registration as (field, zh, en), None if it is valid."""
    if not has_client and not sender.strip():
        return "client", "请填写客户，或写明反映人。", "Name the client, or say who it is from."
    if not text.strip():
        return "text", "请填写意见内容。", "Write down what was said."
    if received > now:
        return "received_at", "收到时间不能晚于现在。", "It cannot have come in later than now."
    return None


def needs_contact(distress: str, is_contacted: bool, state: str) -> bool:
    """Return whether a person must still contact the person who gave it."""
    return distress in AT_ONCE and not is_contacted and state != "closed"


def subject_of(text: str) -> str:
    """Return the first sentence of a text, shortened, as the subject of a case."""
    first = text.strip().splitlines()[0]
    for mark in "。！？!?":
        first = first.split(mark)[0]
    return first[:SUBJECT_LENGTH]

"""The most requested features: open wishes of every source, by topic and number of voices.

Sources are ideas and the wishes for features of the support desk, which all concern the desk itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from dakehu.domains.care.topics.choices import Topic
from dakehu.domains.innovation.choices import IdeaState
from dakehu.domains.innovation.ideas import rules
from dakehu.domains.innovation.models import Idea
from dakehu.domains.support.choices import TicketState
from dakehu.domains.support.tickets.queries import feature_wishes
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query

MOST = 10  # wishes listed individually


@dataclass(frozen=True)
class Wish:
    """A wish of colleagues: `voices` is their number, including its author; `topic` one of care.topics."""

    title: str
    topic: str
    voices: int
    url: str
    state: str


@dataclass(frozen=True)
class DemandSource:
    """A source of wishes: its name, label, and the open ones that the current actor sees."""

    name: str
    label: Bilingual
    read: Callable[[], Iterable[Wish]]


_declared: dict[str, DemandSource] = {}


def declare(*sources: DemandSource) -> None:
    """Register sources of wishes. Raises ValueError for a name declared twice."""
    for one in sources:
        if _declared.get(one.name, one) != one:
            raise ValueError(f"wishes of {one.name} are declared twice")
        _declared[one.name] = one


def _open_ideas() -> Iterable[Wish]:
    rows = Idea.objects.filter(state__in=rules.OPEN).annotate(voices=Count("supports"))
    for row in rows:
        state = IdeaState.text_of(str(row.state))
        yield Wish(row.title, str(row.topic), row.voices + 1, f"/ideas/{row.pk}/", state)


def _feature_wishes() -> Iterable[Wish]:
    if not current_actor().may(Permission.SUPPORT_ASK):
        return
    for row in feature_wishes():
        state = TicketState.text_of(row["state"])
        yield Wish(row["subject"], Topic.SYSTEM.value, row["voices"], f"/support/{row['id']}/", state)


declare(
    DemandSource("ideas", bilingual("创意", "Ideas"), _open_ideas),
    DemandSource("features", bilingual("功能建议", "Wishes for features"), _feature_wishes),
)


@query("innovation.demand", needs=Permission.IDEAS, zh="同事最需要什么", en="What colleagues ask for most")
def demand() -> dict[str, Any]:
    """Return open wishes: {topics: [{topic, name, wishes, voices}], wishes: [{source, title, topic, voices, url, state}]}.

    Topics and the first ten wishes, both by voices, descending.
    """
    found = [
        {
            "source": str(source.label),
            "title": wish.title,
            "topic": wish.topic,
            "voices": wish.voices,
            "url": wish.url,
            "state": wish.state,
        }
        for source in _declared.values()
        for wish in source.read()
    ]
    topics = []
    for topic in Topic:
        own = [wish for wish in found if wish["topic"] == topic.value]
        if own:
            voices = sum(wish["voices"] for wish in own)
            topics.append({"topic": topic.value, "name": topic.text, "wishes": len(own), "voices": voices})
    return {
        "topics": sorted(topics, key=lambda one: -int(one["voices"])),
        "wishes": sorted(found, key=lambda one: (-one["voices"], one["title"]))[:MOST],
    }

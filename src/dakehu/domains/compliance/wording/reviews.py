"""Texts that wait for a person: reviewed once, identified by their digest."""

from dakehu.domains.compliance.choices import ReviewState
from dakehu.domains.compliance.models import TextReview
from dakehu.domains.compliance.wording import store
from dakehu.domains.compliance.wording.groups import BLOCK, COND, REVIEW
from dakehu.domains.compliance.wording.rules import Hit
from dakehu.foundation.access.encrypted_fields import blind_index
from dakehu.foundation.base import clock

# Names of the rules that prevent sending a text.
RULE_BLOCKED, RULE_COMPANIONS, RULE_REVIEW, RULE_REFUSED = (
    "wording_blocked",
    "wording_companions",
    "wording_review",
    "wording_refused",
)


def digest_of(text: str) -> str:
    """Return the digest that identifies a text."""
    return blind_index("compliance.TextReview.text", text)


def rule_of(text: str) -> str | None:
    """Return the name of the rule that prevents sending a text now, None if nothing does. No side effects."""
    severities = {hit.severity for hit in store.hits_on(text, clock.today())}
    if BLOCK in severities:
        return RULE_BLOCKED
    if COND in severities:
        return RULE_COMPANIONS
    if REVIEW not in severities:
        return None
    state = TextReview.objects.filter(digest=digest_of(text)).values_list("state", flat=True).first()
    if state == ReviewState.RELEASED:
        return None
    return RULE_REFUSED if state == ReviewState.REFUSED else RULE_REVIEW


def request_review(text: str, kind: str) -> TextReview:
    """Submit a text for review by a person; return its review, an existing one if there is one. Inside an action only."""
    found: TextReview | None = TextReview.objects.filter(digest=digest_of(text)).first()
    if found is None:
        hits = [_plain(hit) for hit in store.hits_on(text, clock.today())]
        found = TextReview(digest=digest_of(text), text=text, kind=kind, hits=hits)
        found.save()
    return found


def _plain(hit: Hit) -> dict[str, object]:
    return {"group": hit.group.code, "rule": hit.rule, "text": hit.text, "start": hit.start, "end": hit.end}

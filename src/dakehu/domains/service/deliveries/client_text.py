"""Checks whether a text may be sent to a client; run at the time of sending."""

import re
from html import unescape

from dakehu.domains.compliance.wording import reviews
from dakehu.domains.service.deliveries.client_rules import Refusal, refusal_by

TAG = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{[A-Za-z_][\w.]*\}")


def refusals(text: str, kind: str) -> list[Refusal]:
    """Return why a text may not be sent to a client: it is empty, or has an open placeholder or blocked words."""
    found = [] if text.strip() else [refusal_by("empty_text")]
    if PLACEHOLDER.search(text):
        found.append(refusal_by("open_placeholder"))
    rule = reviews.rule_of(text) if text.strip() else None
    return [*found, refusal_by(rule)] if rule else found


def refusals_now(text: str, kind: str) -> list[Refusal]:
    """Return what forbids queueing a text: a text that only lacks its review is queued and held by the outbox."""
    return [one for one in refusals(text, kind) if one.rule != reviews.RULE_REVIEW]


def words_of(subject: str, text: str, html: str = "") -> str:
    """Return all visible text of a message: subject, text, and the text of the HTML unless it is the same."""
    shown = " ".join(unescape(TAG.sub(" ", html)).split())
    parts = [subject, text, "" if not shown or _same_words(shown, text) else shown]
    return "\n".join(part for part in parts if part) if text.strip() or shown else ""


def _same_words(shown: str, text: str) -> bool:
    """Return whether HTML has the same words as the text."""
    return "".join(shown.split()) == "".join(text.split())

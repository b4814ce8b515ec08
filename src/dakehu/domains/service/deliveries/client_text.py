"""Whether the words of a text may go to a client; asked at the moment of sending."""

import re

from dakehu.domains.service.deliveries.client_rules import Refusal, refusal_by

PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{[A-Za-z_][\w.]*\}")


def refusals(text: str, kind: str) -> list[Refusal]:
    """Return why a text of a kind may not go to a client: it is empty, or a placeholder in it is still open."""
    found = [] if text.strip() else [refusal_by("empty_text")]
    if PLACEHOLDER.search(text):
        found.append(refusal_by("open_placeholder"))
    return found

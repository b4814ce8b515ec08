"""The card of a client's page with the client's feedback and its outcome."""

from typing import Any

from dakehu.domains.care.feedback.queries import CLIENT
from dakehu.domains.care.models import Feedback, IssueLink
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.client_cards import ClientCard, declare
from dakehu.foundation.schema.fields import model_of

CARD = "care.voice_card"
SHOWN = 4
EXCERPT = 60


@query(CARD, needs=Permission.FEEDBACK_READ, zh="客户声音卡片", en="Card of what a client said", parameters=CLIENT)
def voice_card(*, client: Any) -> dict[str, Any]:
    """Return the last feedback and complaints of a client, and their outcome (foundation.schema.client_cards)."""
    rows = list(Feedback.objects.filter(client=client).order_by("-received_at", "-pk")[:SHOWN])
    cases = list(_complaints(client)[:SHOWN])
    lines = [
        {"what": shown["text"][:EXCERPT], "text": f"{shown['kind']} · {shown['state']} · {shown['received_at'][:10]}"}
        for shown in render_rows(rows, ("text", "kind", "state", "received_at"), shown=True)
    ]
    complaint = str(bilingual("投诉", "Complaint"))
    lines += [
        {"what": shown["subject"], "text": f"{complaint} · {shown['state']} · {shown['received_on']}"}
        for shown in render_rows(cases, ("subject", "state", "received_on"), shown=True)
    ]
    links = list(IssueLink.objects.filter(client=client).select_related("issue").order_by("-pk")[:SHOWN])
    facts = [{"what": link.issue.title, **_issue_outcome(link)} for link in links]
    actions = ["care.register_feedback"]
    if not lines:
        return {
            "notes": [str(bilingual("还没有登记过意见。", "No feedback so far."))],
            "facts": facts,
            "actions": actions,
        }
    return {"lines": lines, "facts": facts, "actions": actions}


def _complaints(client: Any) -> Any:
    return model_of("compliance.Complaint").objects.filter(client=client).order_by("-received_on", "-pk")


def _issue_outcome(link: IssueLink) -> dict[str, str]:
    """Return the outcome of the client's feedback at an issue, and whether the client was informed."""
    if link.informed_on is not None:
        return {"text": str(bilingual("已告知客户", "Client informed")), "tone": "good"}
    if link.issue.client_text:
        return {"text": str(bilingual("待告知客户", "Client to be informed")), "tone": "warn"}
    return {"text": str(bilingual("改进中", "In work")), "tone": ""}


declare(ClientCard(CARD, "客户声音", "What the client said", CARD, order=35))

"""The client page card: the client's group in a running trial, and its treatment."""

from typing import Any

from dakehu.domains.innovation.choices import TrialGroup, TrialState
from dakehu.domains.innovation.models import TrialMember
from dakehu.domains.innovation.permissions import TRIAL_READ
from dakehu.domains.service.queries import CLIENT
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.client_cards import ClientCard, declare

CARD = "innovation.trial_card"


@query(CARD, needs=TRIAL_READ, zh="试点卡片", en="Card of trials", parameters=CLIENT)
def trial_card(*, client: Any) -> dict[str, Any]:
    """Return the running trial of a client with the client's treatment in it (foundation.schema.client_cards)."""
    rows = TrialMember.objects.filter(client=client, trial__state=TrialState.RUNNING.value)
    member = rows.select_related("trial").order_by("-pk").first()
    if member is None:
        return {}
    is_treated = member.group == TrialGroup.TREATMENT
    as_ever = str(bilingual("照常服务，不要告知分组", "Serve as ever; the client is not told of groups"))
    line = {
        "what": f"{member.trial.name} · {TrialGroup.text_of(str(member.group))}",
        "text": member.trial.treatment if is_treated else as_ever,
        "tone": "",
    }
    until = bilingual("至 {day}", "until {day}", day=member.trial.ends_on)
    page = {"text": str(bilingual("打开试点", "Open the trial")), "url": f"/trials/{member.trial_id}/"}
    return {"lines": [line], "notes": [str(until)], "page": page}


declare(ClientCard(CARD, "试点", "Trial", CARD, order=60))

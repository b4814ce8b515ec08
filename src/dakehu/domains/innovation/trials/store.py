"""Find trials, and determine who may write them."""

from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.innovation.models import Trial
from dakehu.domains.innovation.visibility import is_seen_whole
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual

SUBJECT = "innovation.trial"  # of approvals
DESIGN = (
    "name",
    "hypothesis",
    "varied",
    "treatment",
    "measure",
    "days",
    "control_percent",
    "contact",
    "channel",
    "older_from",
    "filters",
    "text",
)


def get_trial(pk: int) -> Trial:
    """Return a visible trial. Raises NotFound."""
    row: Trial | None = Trial.objects.select_related("owner", "idea").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("试点", "trial"), pk)
    return row


def get_whole_trial(pk: int) -> Trial:
    """Return a trial of which the actor may read counts over all clients. Raises NotFound, Refused."""
    row = get_trial(pk)
    if not is_seen_whole(row):
        raise refusal("trial", "您只可见本人客户所在的分组。", "You see the groups of your own clients only.")
    return row


def is_own(row: Trial) -> bool:
    """Return whether a trial is the actor's own, or of a person whom the actor leads or deputises for."""
    actor = current_actor()
    return actor.is_system or row.owner_id == actor.user_id or row.owner_id in actor.covers


def get_own_trial(pk: int) -> Trial:
    """Return a trial that the actor may write. Raises NotFound, Refused."""
    row = get_trial(pk)
    if not is_own(row):
        raise refusal("trial", "只有负责人及其主管可以修改。", "Only its owner and the owner’s lead may change it.")
    return row


def authors_of(row: Trial) -> set[int]:
    """Return the authors and the owner of a trial: none of them approves it or decides on it."""
    return {*row.edited_by, *([row.owner_id] if row.owner_id else [])}


def design_digest(trial: int) -> str:
    """Return the digest of the approved content: draw, treatment and measurement."""
    row = get_trial(trial)
    hoped = "" if row.hoped_effect is None else f"{row.hoped_effect:.2f}"
    return digest({**{name: _plain(getattr(row, name)) for name in DESIGN}, "hoped_effect": hoped})


def _plain(value: object) -> object:
    return value if isinstance(value, int | dict) else str(value)

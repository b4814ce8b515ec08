"""Actions on breaches: acknowledge one with a note."""

from dakehu.domains.risk.models import Breach
from dakehu.domains.risk.parameters import BREACH
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Parameter

NOTE = Parameter("note", "risk.Breach", "note")


def get_breach(pk: int) -> Breach:
    """Return a breach of a visible client. Raises NotFound."""
    row: Breach | None = Breach.objects.filter(pk=pk).select_related("client", "acknowledged_by").first()
    if row is None:
        raise NotFound(bilingual("超限记录", "breach"))
    return row


@action(
    "risk.acknowledge_breach",
    needs=Permission.LINE_WRITE,
    zh="确认超限",
    en="Acknowledge a breach",
    parameters=(BREACH, NOTE),
)
def acknowledge_breach(*, breach: int, note: str) -> Breach:
    """Acknowledge a breach with a note of what was done; the breach stays until its state clears. Raises Refused without one."""
    row = get_breach(breach)
    if not note.strip():
        raise refusal("note", "请写明如何处理。", "Say what was done.")
    row.note, row.acknowledged_at, row.acknowledged_by = note.strip(), clock.now(), team.current_user()
    row.save()
    return row

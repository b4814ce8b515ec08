"""Query of praise: the newest texts, without counts or ranking."""

from typing import Any

from dakehu.domains.appraisal.choices import PraiseValue
from dakehu.domains.appraisal.models import Praise
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.gates.registry import query

NEWEST = 50


@query("appraisal.praises", needs=Permission.APPRAISAL_OWN, zh="表扬", en="Words of praise")
def praises() -> list[dict[str, Any]]:
    """Return the newest 50 praise entries that the reader sees: [{id, to, by, value_text, text, on, is_own}]."""
    me = current_actor().user_id
    rows = Praise.objects.select_related("to", "by")[:NEWEST]
    return [
        {
            "id": row.pk,
            "to": row.to.name,
            "by": row.by.name if row.by else "",
            "value_text": PraiseValue.text_of(row.value),
            "text": row.text,
            "on": row.on.isoformat(),
            "is_own": row.by_id == me,
        }
        for row in rows
    ]

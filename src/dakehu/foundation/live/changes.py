"""Read changes since an entry from the audit: every action writes one, so no separate notification is needed."""

import json
from datetime import datetime
from typing import Any

from django.db.models.functions import Length

from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.live.rules import Changed

LARGEST = 200_000  # maximum characters of an entry that is parsed; a larger one is an import of thousands of rows
MOST = 400  # entries read per call


def _entries() -> Any:
    return AuditEntry.objects.order_by("pk").annotate(size=Length("body"))


def last_entry() -> int:
    """Return the id of the newest audit entry, 0 without one."""
    with acting_as(_reader()):
        return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def entry_before(moment: datetime) -> int:
    """Return the id of the newest entry written before `moment`, searched among the last ones only."""
    with acting_as(_reader()):
        newest = list(AuditEntry.objects.order_by("-pk").values_list("pk", "at")[:MOST])
    earlier = [pk for pk, at in newest if at < moment]
    return earlier[0] if earlier else (newest[-1][0] - 1 if newest else 0)


def changes_after(entry: int) -> tuple[int, list[Changed] | None]:
    """Return the id of the newest entry and the changes after `entry`; None where there are too many."""
    with acting_as(_reader()):
        sizes = list(_entries().filter(pk__gt=entry).values_list("pk", "size")[: MOST + 1])
        if not sizes:
            return entry, []
        if len(sizes) > MOST or any(size > LARGEST for _, size in sizes):
            return max(last_entry(), sizes[-1][0]), None
        bodies = AuditEntry.objects.filter(pk__gt=entry, pk__lte=sizes[-1][0])
        texts = list(bodies.order_by("pk").values_list("body", flat=True))
    return sizes[-1][0], [change for text in texts for change in changes_in(text)]


def changes_in(body: str) -> list[Changed]:
    """Return the changed rows of an entry; decryptions are not changes."""
    made = []
    for change in json.loads(body)["changes"]:
        if change["kind"] != "opened":
            pk = change["pk"] if change["kind"] != "many" and isinstance(change["pk"], int) else None
            made.append(Changed(change["model"], pk, change["client_id"]))
    return made


def _reader() -> Any:
    return system_actor("live pages")

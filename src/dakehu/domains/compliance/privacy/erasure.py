"""Erase the clients whose retention has ended, and again those restored from a backup."""

from typing import Any

from django.db import models

from dakehu.domains.clients import restriction
from dakehu.domains.clients.queries import former_numbers
from dakehu.domains.compliance.privacy import retention
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.erasure import tombstones
from dakehu.foundation.erasure.erase import erase_clients
from dakehu.foundation.installation.restored import after_restore
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

AT_ONCE = 200  # clients per action


@action(
    "compliance.erase",
    needs=Permission.SYSTEM_WRITE,
    zh="删除保存期满的客户",
    en="Erase clients whose retention has ended",
    is_public=False,
)
def erase(*, clients: list[int]) -> dict[str, int]:
    """Erase clients everywhere. Returns what erase_clients counts; the audit records these numbers and no client."""
    counts = erase_clients(clients, former_numbers(clients))
    add_audit_note(**counts)
    return counts


def due_clients() -> list[int]:
    """Return the restricted clients whose retention has ended by today. Run as the system."""
    restricted = list(restriction.restricted_clients().values_list("pk", flat=True))
    today = clock.today()
    return sorted(pk for pk, kept in retention.kept_until(restricted).items() if kept.until <= today)


def returned_clients() -> list[int]:
    """Return the clients who were erased and exist again, from a backup. Run as the system."""
    listed = tombstones.read()
    if not listed:
        return []
    rows: Any = models.QuerySet(model_of("clients.Client")).order_by("pk").values_list("pk", "created_at")
    return [pk for pk, created_at in rows.iterator(chunk_size=5000) if tombstones.digest_of(pk, created_at) in listed]


def erase_returned() -> int:
    """Erase again the clients restored from a backup; return how many. Run as the system."""
    return _erase_all(returned_clients())


def run_erasure() -> dict[str, int]:
    """Erase every client who has returned or is due. Returns {due, returned}. Run as the system."""
    return {"returned": erase_returned(), "due": _erase_all(due_clients())}


def _erase_all(clients: list[int]) -> int:
    """Erase clients in chunks, one action each; return how many."""
    for start in range(0, len(clients), AT_ONCE):
        erase(clients=clients[start : start + AT_ONCE])
    return len(clients)


def _run(night: Night) -> dict[str, Any]:
    result = run_erasure()
    words = bilingual(
        "保存期满删除 {due} 位客户；恢复备份后再次删除 {returned} 位。",
        "{due} clients erased at the end of retention; {returned} erased again after a restore.",
        **result,
    )
    return {**result, "unchanged": not any(result.values()), "words": words}


after_restore(erase_returned)
declare_step(NightlyStep("compliance.erasure", "到期删除", "Erasure at the end of retention", order=95, run=_run))

"""The backup from which a desk was restored, and whether anything was written since."""

from django.db import models

from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.installation.models import InstallationRecord

NAME = "restored_from"


def _last_entry() -> int:
    with acting_as(system_actor("read the end of the audit", "cli")):
        return int(models.QuerySet(AuditEntry).order_by("-pk").values_list("pk", flat=True).first() or 0)


def record(digest: str) -> None:
    """Store the backup (40 hex digits) from which this desk was restored."""
    InstallationRecord.objects.update_or_create(name=NAME, defaults={"value": f"{digest}:{_last_entry()}"})


def is_unchanged_since(digest: str) -> bool:
    """Return whether the desk was restored from this backup and nothing was written to its audit since."""
    return InstallationRecord.objects.filter(name=NAME, value=f"{digest}:{_last_entry()}").exists()

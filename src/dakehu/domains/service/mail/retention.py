"""Delete mail data of deleted clients: mails set aside that might have been theirs, and stored originals."""

from django.db.models import Count, F

from dakehu.domains.service.models import Mail, SetAsideMail
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.files import store as files
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.records.recorded import add_audit_note

UNDONE_WITHIN = 91  # days in which an undo may restore a client


@action(
    "service.remove_mails_of_nobody",
    needs=Permission.INTERACTION_LOG,
    zh="清理无主邮件",
    en="Remove mails of clients who are gone",
    is_public=False,
)
def remove_mails_of_nobody() -> dict[str, int]:
    """Remove mails set aside whose possible clients are deleted, and let unreferenced stored mails expire.

    Run as the system. Returns {aside, files}.
    """
    rows = list(SetAsideMail.objects.annotate(left=Count("clients")).filter(candidates__gt=F("left")))
    named = Mail.objects.exclude(source_key="").values("source_key")
    kept = StoredFile.objects.filter(name__startswith="mail-", name__endswith=".eml", expires_at=None)
    keys = [
        *(row.source_key for row in rows if row.source_key),
        *kept.exclude(key__in=named).values_list("key", flat=True),
    ]
    for row in rows:
        row.delete()
    for key in keys:
        files.expire(key, UNDONE_WITHIN)
    found = {"aside": len(rows), "files": len(keys)}
    if any(found.values()):
        add_audit_note(**found)
    return found

"""What was done with a client since a complaint was received: evidence for the case of compliance."""

from typing import Any

from dakehu.domains.compliance.complaints.actions import COMPLAINT, get_complaint
from dakehu.domains.service.models import Attachment
from dakehu.domains.service.queries import timeline
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query


@query(
    "service.complaint_evidence",
    needs=Permission.SERVICE_READ,
    zh="投诉的服务记录与文件",
    en="Service records and files of a complaint",
    parameters=(COMPLAINT,),
)
def complaint_evidence(*, complaint: int) -> dict[str, Any]:
    """Return {moments, files}: the timeline of its client from its receipt until it was closed, oldest first, and its
    files. Both are empty for a complaint without a client. Raises NotFound.
    """
    row = get_complaint(complaint)
    if row.client_id is None:
        return {"moments": [], "files": []}
    since, until = row.received_on.isoformat(), (row.closed_on or clock.today()).isoformat()
    lines = timeline(client=row.client, limit=500)
    moments = [one for one in lines if since <= one["at"][:10] <= until and one["what"] != "complaint"]
    files = Attachment.objects.filter(complaint=row, removed_at=None).order_by("pk")
    return {"moments": moments[::-1], "files": render_rows(list(files), shown=True)}

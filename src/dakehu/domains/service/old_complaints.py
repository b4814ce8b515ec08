"""Convert complaints that a former version stored as requests to compliance cases with all their data, audited.

A migration cannot do it: its changes are missing in the audit, and their imports could not be undone.
"""

from typing import Any

from dateutil.relativedelta import relativedelta

from dakehu.domains.service.models import Attachment, Moment, Request, RequestKind
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

STEP = "service.old_complaints"
COLUMNS = ("client_id", "subject", "detail", "owner_id", "state", "due_on", "closed_on", "outcome", "extra")
SETTLED = {"replied": "settled", "closed": "settled"}
RETENTION_YEARS = 20  # [D] house default of the settings of complaints


@action(
    "service.take_over_complaints",
    needs=Permission.CLIENT_WRITE,
    zh="旧版投诉转为投诉案件",
    en="Take over complaints of a former version",
    is_public=False,
)
def take_over_complaints() -> int:
    """Convert every complaint among the requests to a case with files, marketing pause and moment. Returns how many."""
    rows = list(Request.objects.filter(kind=RequestKind.COMPLAINT.value).order_by("pk"))
    _share_custom_fields(rows)
    for row in rows:
        _move_complaint(row)
    return len(rows)


def _move_complaint(row: Request) -> None:
    """Convert one complaint; its deadlines are kept."""
    case: Any = model_of("compliance.Complaint")(received_on=row.opened_on, channel="other", category="other")
    for name in COLUMNS:
        setattr(case, name, getattr(row, name))
    case.acknowledge_by = case.accept_by = row.due_on
    if str(row.state) != "open":
        case.acknowledged_on = case.accepted_on = row.opened_on
    case.decision = SETTLED.get(str(row.state), "")
    if row.closed_on:
        case.retention_until = row.closed_on + relativedelta(years=RETENTION_YEARS)
    case.save()
    model_of("compliance.ComplaintEvent")(
        complaint=case, client_id=row.client_id, kind="registered", at=row.created_at
    ).save()
    for file in Attachment.objects.filter(request=row):
        file.complaint, file.request = case, None
        file.save()
    for moment in Moment.objects.filter(object=f"request:{row.pk}"):
        moment.object = f"complaint:{case.pk}"
        moment.save()
    for pause in model_of("clients.MarketingFreeze").objects.filter(cause=f"service.Request:{row.pk}"):
        pause.cause = f"compliance.Complaint:{case.pk}"
        pause.save()
    row.delete()


def _share_custom_fields(rows: list[Request]) -> None:
    """Add to cases the custom fields of requests that complaints have values for."""
    carried = {name for row in rows for name in row.extra or {}}
    custom: Any = model_of("foundation.CustomField")
    known = set(custom.objects.filter(model="compliance.Complaint").values_list("name", flat=True))
    for one in custom.objects.filter(model="service.Request", name__in=carried - known):
        one.pk, one.model = None, "compliance.Complaint"
        one._state.adding = True
        one.save()


def _run(night: Night) -> dict[str, Any]:
    """Run as a step of the night; effective only in the first night of this version."""
    moved = 0
    if Request.objects.filter(kind=RequestKind.COMPLAINT.value).exists():
        moved = take_over_complaints()
    words = bilingual("旧版投诉 {n} 件转为投诉案件。", "{n} complaints of a former version became cases.", n=moved)
    return {"moved": moved, "unchanged": not moved, "words": words}


declare_step(NightlyStep(STEP, "旧版投诉转案件", "Complaints of a former version", order=5, run=_run))

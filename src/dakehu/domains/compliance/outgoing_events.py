"""Events about complaints for other programs."""

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.outgoing_events import OutgoingEvent, declare

COMPLAINT = "compliance.Complaint"

declare(
    OutgoingEvent("complaint.registered", bilingual("登记投诉", "Complaint registered"), COMPLAINT, "complaint"),
    OutgoingEvent("complaint.moved", bilingual("投诉阶段变化", "Complaint moved on"), COMPLAINT, "complaint"),
)

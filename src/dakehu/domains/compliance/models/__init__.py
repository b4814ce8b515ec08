"""Models of compliance: one subject per file here, or in the folder of a subject."""

from dakehu.domains.compliance.aml.models import AmlFile, SuspicionReport, WatchListEntry
from dakehu.domains.compliance.consents.models import ConsentText
from dakehu.domains.compliance.models.approval import Approval
from dakehu.domains.compliance.models.complaint import Complaint, ComplaintEvent, ComplaintSettings
from dakehu.domains.compliance.models.conflict import Conflict
from dakehu.domains.compliance.models.wording import TextReview, WordingEntry
from dakehu.domains.compliance.privacy.models import PrivacyRequest, PrivacyTerm
from dakehu.domains.compliance.read_log.models import ReadEntry
from dakehu.domains.compliance.registrations.models import StaffRegistration
from dakehu.domains.compliance.self_checks.models import SelfCheck
from dakehu.domains.compliance.supervised_exports.models import ExportRequest

__all__ = [
    "AmlFile",
    "Approval",
    "Complaint",
    "ComplaintEvent",
    "ComplaintSettings",
    "Conflict",
    "ConsentText",
    "ExportRequest",
    "PrivacyRequest",
    "PrivacyTerm",
    "ReadEntry",
    "SelfCheck",
    "StaffRegistration",
    "SuspicionReport",
    "TextReview",
    "WatchListEntry",
    "WordingEntry",
]

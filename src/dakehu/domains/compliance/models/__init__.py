"""Models of compliance, one subject per file."""

from dakehu.domains.compliance.models.approval import Approval
from dakehu.domains.compliance.models.conflict import Conflict
from dakehu.domains.compliance.models.wording import TextReview, WordingEntry
from dakehu.domains.compliance.privacy.models import PrivacyRequest, PrivacyTerm

__all__ = ["Approval", "Conflict", "PrivacyRequest", "PrivacyTerm", "TextReview", "WordingEntry"]

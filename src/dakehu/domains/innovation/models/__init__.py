"""Models of innovation, one subject per file."""

from dakehu.domains.innovation.models.catalogue import CatalogueService, ServiceVersion
from dakehu.domains.innovation.models.idea import Idea, IdeaSupport
from dakehu.domains.innovation.models.trial import Trial, TrialDecision, TrialMember

__all__ = [
    "CatalogueService",
    "Idea",
    "IdeaSupport",
    "ServiceVersion",
    "Trial",
    "TrialDecision",
    "TrialMember",
]

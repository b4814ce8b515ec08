"""Models of care, one subject per file."""

from dakehu.domains.care.models.feedback import Feedback
from dakehu.domains.care.models.improvements import Issue, IssueLink

__all__ = [
    "Feedback",
    "Issue",
    "IssueLink",
]

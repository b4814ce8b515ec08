"""Models of care, one subject per file."""

from dakehu.domains.care.models.outreach import DistressCase, Outreach, OutreachAttempt, OutreachCall, OutreachScript

__all__ = [
    "DistressCase",
    "Outreach",
    "OutreachAttempt",
    "OutreachCall",
    "OutreachScript",
]

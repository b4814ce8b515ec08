"""Feedback in the timeline of a client; complaints appear as compliance cases."""

from typing import Any

from dakehu.domains.care.models import Feedback
from dakehu.domains.care.permissions import FEEDBACK_READ
from dakehu.domains.service.timeline_sources import TimelineSource, declare
from dakehu.foundation.base import clock


def rows() -> Any:
    """Return the feedback visible to the reader, newest first."""
    return Feedback.objects.select_related("client", "owner").order_by("-received_at")


declare(TimelineSource("feedback", FEEDBACK_READ, rows, lambda row: clock.local(row.received_at)))

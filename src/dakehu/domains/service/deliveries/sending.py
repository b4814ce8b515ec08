"""The job that sends deliveries."""

from typing import Any

from dakehu.domains.service.deliveries.outbox import SEND
from dakehu.foundation.jobs.queue import job


@job(SEND)
def send_deliveries(progress: Any) -> dict[str, int]:
    """Send what is due."""
    return {}

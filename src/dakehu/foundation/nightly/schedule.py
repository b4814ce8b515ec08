"""Start the nightly run at its time, and again when a file arrives late. Called by the worker once a minute."""

from datetime import datetime, time, timedelta

from django.db import models

from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.jobs import queue
from dakehu.foundation.jobs.models import Job
from dakehu.foundation.nightly import run as night
from dakehu.foundation.nightly.models import NightlyRun
from dakehu.foundation.schema import nightly

PAUSE = timedelta(minutes=5)  # between two runs for late files


def scheduled_time() -> time | None:
    """Return the time of day at which the run starts, None where it is started manually only."""
    text = str(firm_settings.current("NIGHTLY_AT") or "")
    return time.fromisoformat(text) if text else None


def last_due(moment: datetime) -> datetime | None:
    """Return when the run was last due at or before a time; None where it is started manually only."""
    at = scheduled_time()
    if at is None:
        return None
    local = clock.local(moment)
    due = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return due if due <= local else due - timedelta(days=1)


def is_queued() -> bool:
    """Return whether a run is queued for the worker or running in it."""
    return bool(models.QuerySet(Job).filter(kind=night.JOB, state__in=("queued", "running")).exists())


def is_due() -> bool:
    """Return whether a run should start now: it is due, or a file is waiting and the last run has ended."""
    now = clock.now()
    due = last_due(now)
    if due is None or is_queued():
        return False
    last = NightlyRun.objects.order_by("-pk").first()
    if last is None or last.started_at < due:
        return True
    waiting = any(step.is_waiting is not None and step.is_waiting(night.folder()) for step in nightly.steps())
    return waiting and now - (last.ended_at or last.started_at) >= PAUSE


def start_if_due() -> int | None:
    """Queue the run as a job of the system where it is due; return the job's id."""
    return queue.start(night.JOB, origin="schedule") if is_due() else None

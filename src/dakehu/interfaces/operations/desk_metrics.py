"""Metrics of the whole desk, read on each scrape: queues, last nightly run, backup, audit, worker, memory, disk."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import metadata
from typing import Any

import psutil
from django.conf import settings
from django.db import DatabaseError, models
from prometheus_client.core import GaugeMetricFamily

from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.audit import anchor
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.renamed import Kind, names_with_former
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.installation.last_snapshot import last_snapshot
from dakehu.foundation.jobs import queue
from dakehu.foundation.jobs.models import Job, JobState
from dakehu.foundation.nightly.models import NightlyRun, NightState
from dakehu.foundation.schema.measures import Measure, read_measures
from dakehu.foundation.schema.nightly import missing_data
from dakehu.interfaces.operations.request_metrics import web_processes

PREFIX = "dakehu_"
DAY = timedelta(days=1)


class DeskCollector:
    """Yields the metrics of the desk to a registry."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one metric family for each name, its samples in the order they are read."""
        families: dict[str, GaugeMetricFamily] = {}
        for measure in _read():
            family = families.get(measure.name)
            if family is None:
                labels = tuple(measure.labels)
                family = families[measure.name] = GaugeMetricFamily(PREFIX + measure.name, measure.help, labels=labels)
            family.add_metric(tuple(measure.labels.values()), measure.value)
        yield from families.values()


def _read() -> Iterator[Measure]:
    yield Measure("build_info", "Version that answers.", 1, {"version": metadata.version("dakehu")})
    yield from _machine()
    try:
        with acting_as(system_actor("read the figures of the desk", "metrics")):
            found = [*_jobs(), *_worker(), *_nightly_measures(), *_backup(), *_audit(), *read_measures()]
    except DatabaseError:
        yield Measure("database_up", "1 while the database answers.", 0)
        return
    yield Measure("database_up", "1 while the database answers.", 1)
    yield from found


def _machine() -> Iterator[Measure]:
    used = "Memory held by the processes of the desk (resident set)."
    running = "Processes of the desk that run."
    for kind, numbers in (("web", web_processes()), ("worker", queue.worker_processes())):
        sizes = [size for number in numbers if (size := _memory(number))]
        yield Measure("process_resident_memory_bytes", used, sum(sizes), {"process": kind})
        yield Measure("processes", running, len(sizes), {"process": kind})
    disk = shutil.disk_usage(settings.DAKEHU_HOME)
    yield Measure("disk_free_bytes", "Free space where the data directory lies.", disk.free)


def _memory(number: int) -> int:
    try:
        return int(psutil.Process(number).memory_info().rss)
    except psutil.Error:
        return 0


def _jobs() -> Iterator[Measure]:
    rows = models.QuerySet(Job)
    waiting = dict(
        rows.filter(state__in=(JobState.QUEUED, JobState.RUNNING))
        .values_list("state")
        .annotate(number=models.Count("pk"))
    )
    for state in (JobState.QUEUED, JobState.RUNNING):
        yield Measure("jobs", "Background jobs by state.", waiting.get(state.value, 0), {"state": state.value})
    failed = rows.filter(state=JobState.FAILED, ended_at__gt=clock.now() - DAY).count()
    yield Measure("jobs_failed_last_day", "Background jobs that failed within a day.", failed)
    oldest = rows.filter(state=JobState.QUEUED, not_before__lte=clock.now()).aggregate(at=models.Min("not_before"))[
        "at"
    ]
    wait = (clock.now() - oldest).total_seconds() if oldest else 0
    yield Measure("jobs_oldest_wait_seconds", "How long the oldest job that is due has waited.", wait)


def _worker() -> Iterator[Measure]:
    state = queue.worker_state()
    yield Measure("worker_up", "1 while a worker does background work.", int(state["alive"]))
    yield from _moment("worker_last_seen", "When a worker was last seen.", state["seen"])


def _nightly_measures() -> Iterator[Measure]:
    last = NightlyRun.objects.order_by("-started_at").first()
    yield from _moment("nightly_last_run", "When the last nightly run started.", last and last.started_at)
    for state in NightState:
        is_it = last is not None and last.state == state.value
        yield Measure(
            "nightly_last_run_state", "1 at the state of the last nightly run.", is_it, {"state": state.value}
        )
    day = trading_days.last_complete_day()
    waiting = len(missing_data(day)) if trading_days.calendar_ends_on() is not None else 0
    yield Measure("feeds_waiting", "Daily data that have not come for the last complete trading day.", waiting)


def _backup() -> Iterator[Measure]:
    rows = AuditEntry.objects.filter(action__in=names_with_former(Kind.ACTION, "desk.backup")).order_by("-pk")
    yield from _moment("backup_last", "When the last backup was written.", rows.values_list("at", flat=True).first())
    snapshot = last_snapshot()
    at = datetime.fromtimestamp(snapshot.stat().st_mtime, UTC) if snapshot.exists() else None
    yield from _moment("snapshot_last", "When the last snapshot was written.", at)


def _audit() -> Iterator[Measure]:
    head = anchor.newest_seal()
    yield Measure("audit_entries", "Number of the newest audit entry.", head.id if head else 0)
    yield Measure("audit_verified_entries", "Audit entry up to which the chain is verified.", _last_verified_seal())
    yield Measure("audit_alarm", "1 where the audit record does not hold.", int(anchor.read_alarm() is not None))


def _last_verified_seal() -> int:
    try:
        return min((seal.id for seal in anchor.read_anchors()), default=0)
    except Exception:  # unreadable: nothing counts as verified, and audit_alarm reports it
        return 0


def _moment(name: str, help: str, at: datetime | Any | None) -> Iterator[Measure]:
    """Yield a moment in seconds since 1970, nothing where there was none."""
    if at is not None:
        yield Measure(f"{name}_timestamp_seconds", help, at.timestamp())

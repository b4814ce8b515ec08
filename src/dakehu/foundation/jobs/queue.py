"""Background jobs: one table, leases, heartbeats, retries; no broker.

`@job("workbook.apply")` registers a job, `start(kind, …)` queues it, `publish_event` in an action queues one job per
`@on_event(event)`, and `dakehu work` (or the worker within `dakehu serve`) runs them.
"""

import json
import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import close_old_connections, models, transaction

from dakehu.foundation.access.actor import acting_as, actor_of, current_actor, serving_strangers
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.base.renamed import Kind, current_name, names_with_former
from dakehu.foundation.base.request_number import current_number, within_request
from dakehu.foundation.database.lock_timeout import Busy
from dakehu.foundation.jobs.models import Job, JobState
from dakehu.foundation.jobs.progress import Cancelled, Progress, no_progress, run_file  # noqa: F401

log = logging.getLogger("dakehu.jobs")
LEASE = timedelta(seconds=90)
MAX_ATTEMPTS = 5

Work = Callable[..., Any]
JOBS: dict[str, Work] = {}


def job(kind: str) -> Callable[[Work], Work]:
    """Register a background job: `body(progress, **args)` returns a JSON result."""

    def wrap(body: Work) -> Work:
        JOBS[kind] = body
        return body

    return wrap


def _rows() -> Any:
    """Return all jobs, without scope."""
    return models.QuerySet(Job)


def start(kind: str, *, not_before: datetime | None = None, **args: Any) -> int:
    """Queue a job for the actor, to run immediately or `not_before` a time; return its id."""
    if kind not in JOBS:
        raise LookupError(f"no such job: {kind}")
    row = Job(
        kind=kind,
        args=args,
        request_id=current_number(),
        owner_ref=current_actor().user_id,
        not_before=not_before or now(),
    )
    row.save()
    for ending in ("progress", "cancel"):  # ids repeat after a restore; leftover files belong to other jobs
        run_file(row.pk, ending).unlink(missing_ok=True)
    return int(row.pk)


def start_by(kind: str, moment: datetime, **args: Any) -> int | None:
    """Queue a job of a kind to run by a time, unless a queued one will; return its id. For jobs that process all
    pending work."""
    if _rows().filter(kind=kind, state=JobState.QUEUED, not_before__lte=moment).exists():
        return None
    return start(kind, not_before=moment, **args)


def last_queued_at(kind: str) -> datetime | None:
    """Return when a job of a kind was last queued by any user, None if never."""
    found: datetime | None = _rows().filter(kind=kind).aggregate(at=models.Max("created_at"))["at"]
    return found


def remove_done(kind: str, before: datetime) -> int:
    """Delete the jobs of a kind that succeeded before a time; return their number. For kinds that run all day."""
    number, _ = _rows().filter(kind=kind, state=JobState.DONE, ended_at__lt=before).delete()
    return int(number)


def request_stop(number: int) -> None:
    """Stop a job: immediately if it waits, at its next progress report if it runs."""
    run_file(number, "cancel").touch()
    _rows().filter(pk=number, state="queued").update(state="cancelled", ended_at=now())


def get_job(number: int, owner: int | None) -> dict[str, Any]:
    """Return state, share done (0 to 1), message and result of one's own job. Raises NotFound."""
    row = _rows().filter(pk=number).first()
    if row is None or (owner is not None and row.owner_ref != owner):
        raise NotFound(bilingual("任务", "job"), number)
    path, progress = run_file(number, "progress"), {"share": 0.0, "zh": "", "en": ""}
    with suppress(FileNotFoundError, ValueError):
        progress = json.loads(path.read_text())
    ended = row.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
    return {
        "id": row.pk,
        "kind": current_name(Kind.JOB, row.kind),
        "state": str(row.state),
        "state_text": JobState.text_of(row.state),
        "share": 1.0 if row.state == JobState.DONE else progress["share"],
        "words": progress[language()],
        "ended": ended,
        "result": row.result,
        "error": row.error,
    }


def recent(kind: str, owner: int | None, most: int = 10) -> list[dict[str, Any]]:
    """Return the owner's latest jobs of a kind, newest first, as get_job with `at`, when it was queued."""
    rows = (
        _rows()
        .filter(kind__in=names_with_former(Kind.JOB, kind), owner_ref=owner)
        .order_by("-pk")
        .values_list("pk", "created_at")[:most]
    )
    return [{**get_job(number, owner), "at": at} for number, at in rows]


def ended_jobs(kinds: list[str], owner: int | None, since: datetime) -> list[dict[str, Any]]:
    """Return the owner's jobs of some kinds that were done or failed since a time, the last one first.

    [{id, kind, args, ended_at, failed}]
    """
    present = {name: kind for kind in kinds for name in names_with_former(Kind.JOB, kind)}
    states = (JobState.DONE.value, JobState.FAILED.value)
    rows = _rows().filter(kind__in=present, owner_ref=owner, state__in=states, ended_at__gte=since)
    return [
        {
            "id": row.pk,
            "kind": present[row.kind],
            "args": row.args,
            "ended_at": row.ended_at,
            "failed": row.state == JobState.FAILED,
        }
        for row in rows.order_by("-ended_at")[:20]
    ]


ALIVE = timedelta(seconds=20)  # a running worker touches its file every few seconds


def worker_beat() -> Path:
    """Return the heartbeat file of a running worker."""
    return run_file(0, "beat")


def worker_last_seen_at() -> datetime | None:
    """Return when a worker of this home last touched its file (None: never)."""
    with suppress(FileNotFoundError):
        return datetime.fromtimestamp(worker_beat().stat().st_mtime, tz=UTC)
    return None


def worker_processes() -> list[int]:
    """Return the process id of this home's background worker, if one runs."""
    with suppress(OSError, ValueError):
        return [int(worker_beat().read_text())]
    return []


@serving_strangers("say whether a worker runs")
def worker_state() -> dict[str, Any]:
    """Return whether a worker is running, and when one was last seen: {alive, seen (None: never)}.

    A worker on another machine is recognised by its lease.
    """
    seen = worker_last_seen_at()
    has_lease = _rows().filter(state="running", leased_until__gt=now()).exists()
    return {"alive": has_lease or (seen is not None and now() - seen < ALIVE), "seen": seen}


def queue() -> dict[str, Any]:
    """Return the numbers of waiting, running and recently failed jobs, and when a worker was last seen.

    {queued, running, failed (within a day), seen (None: never), alive}.
    """
    counted = {state: _rows().filter(state=state).count() for state in ("queued", "running")}
    failed = _rows().filter(state="failed", ended_at__gt=now() - timedelta(days=1)).count()
    return {**counted, "failed": failed, **worker_state()}


# --- the worker ----------------------------------------------------------------------------------


def worker_name() -> str:
    """Return a name for this worker."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{threading.get_ident() % 10000}"


def claim_job(worker: str) -> Any | None:
    """Claim the oldest due job, or one whose lease has expired; None without one."""
    started = now()
    condition = models.Q(state="queued", not_before__lte=started) | models.Q(state="running", leased_until__lt=started)
    with transaction.atomic():
        rows = _rows().filter(condition).order_by("not_before", "pk")
        if transaction.get_connection().features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        row = rows.first()
        if row is None:
            return None
        row.state, row.leased_by, row.leased_until = "running", worker, started + LEASE
        row.attempts += 1
        row.save()
    return row


def _heartbeat(row: Any, worker: str, stop: threading.Event) -> None:
    """Renew the lease of a running job until stopped."""
    while not stop.wait(LEASE.total_seconds() / 3):
        with suppress(Exception):  # a busy database only delays the renewal
            _rows().filter(pk=row.pk, leased_by=worker, state="running").update(leased_until=now() + LEASE)
        close_old_connections()


def run_job(row: Any, worker: str) -> str:
    """Run a claimed job to its end, under the request number that queued it; return its new state."""
    with within_request(row.request_id):
        return _run(row, worker)


def _run(row: Any, worker: str) -> str:
    """Run a claimed job to its end; return its new state."""
    stop = threading.Event()
    heartbeat = threading.Thread(target=_heartbeat, args=(row, worker, stop), daemon=True)
    heartbeat.start()
    state, error = "done", ""
    result: dict[str, Any] = {}
    try:
        actor = replace(actor_of(row.owner_ref, f"job {row.pk}: {row.kind}"), request_id=row.request_id)
        with acting_as(actor):
            result = JOBS[current_name(Kind.JOB, row.kind)](Progress(row.pk), **row.args) or {}
    except Cancelled:
        state = "cancelled"
    except Busy as error_raised:
        state, error = "failed" if row.attempts >= MAX_ATTEMPTS else "queued", str(error_raised)
    except Refused as refusal:
        state, error = "failed", str(refusal)
        result = {"refused": refusal.as_plain()}
    except Exception as error_raised:  # an error in one job must not stop the worker
        log.exception("job %s (%s) failed", row.pk, row.kind)
        state = "failed" if row.attempts >= MAX_ATTEMPTS else "queued"
        error = "".join(traceback.format_exception_only(error_raised)).strip()[:2000]
    finally:
        stop.set()
        heartbeat.join(timeout=30)
    _rows().filter(pk=row.pk, leased_by=worker).update(
        state=state,
        result=result,
        error=error,
        leased_by="",
        leased_until=None,
        not_before=now() + timedelta(seconds=5 * 2**row.attempts),
        ended_at=None if state == "queued" else now(),
    )
    run_file(row.pk, "cancel").unlink(missing_ok=True)
    return state


def run_due_jobs(worker: str = "", stop: threading.Event | None = None) -> int:
    """Run all due jobs, none more once `stop` is set; return their number."""
    worker, count = worker or worker_name(), 0
    while not (stop and stop.is_set()) and (row := claim_job(worker)) is not None:
        run_job(row, worker)
        count += 1
    return count

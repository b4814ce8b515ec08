"""Background work and news between rooms: one table, leases, heartbeats, retries; no broker.

`@job("workbook.apply")` registers work, `start(kind, …)` queues it, `announce` inside an act queues one job
per `@reacts(event)`, and `dakehu work` (or the worker beside `dakehu serve`) runs them. Progress and the wish
to cancel live in small files under DAKEHU_HOME/run, so that they move while a long transaction holds the
database.
"""

import json
import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import close_old_connections, models, transaction

from dakehu.foundation.access.actor import acting_as, actor_of, current_actor
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.base.renamed import Kind, all_names, current_name
from dakehu.foundation.database.lock_timeout import Busy
from dakehu.foundation.jobs.models import Job, JobState
from dakehu.foundation.jobs.progress import Cancelled, Progress, no_progress, run_file  # noqa: F401

log = logging.getLogger("dakehu.jobs")
LEASE = timedelta(seconds=90)
MAX_ATTEMPTS = 5

Work = Callable[..., Any]
JOBS: dict[str, Work] = {}


def job(kind: str) -> Callable[[Work], Work]:
    """Register background work: `body(progress, **args)` returns a JSON result."""

    def wrap(body: Work) -> Work:
        JOBS[kind] = body
        return body

    return wrap


def _rows() -> Any:
    return models.QuerySet(Job)


def start(kind: str, **args: Any) -> int:
    """Queue work for the actor who asks; returns the job's number."""
    if kind not in JOBS:
        raise LookupError(f"no such job: {kind}")
    row = Job(kind=kind, args=args, owner_ref=current_actor().user_id, not_before=now())
    row.save()
    for ending in ("progress", "cancel"):  # numbers come again after a restore; what was left behind is not ours
        run_file(row.pk, ending).unlink(missing_ok=True)
    return int(row.pk)


def request_stop(number: int) -> None:
    """Ask a job to stop: at once if it waits, at its next step if it runs."""
    run_file(number, "cancel").touch()
    _rows().filter(pk=number, state="queued").update(state="cancelled", ended_at=now())


def get_job(number: int, owner: int | None) -> dict[str, Any]:
    """State, share done (0–1), words and result of one's own job. Raises NotFound for anybody else's."""
    row = _rows().filter(pk=number).first()
    if row is None or (owner is not None and row.owner_ref != owner):
        raise NotFound(bilingual("任务", "job"), number)
    path, seen = run_file(number, "progress"), {"share": 0.0, "zh": "", "en": ""}
    with suppress(FileNotFoundError, ValueError):
        seen = json.loads(path.read_text())
    ended = row.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
    return {
        "id": row.pk,
        "kind": current_name(Kind.JOB, row.kind),
        "state": str(row.state),
        "state_text": JobState.text_of(row.state),
        "share": 1.0 if row.state == JobState.DONE else seen["share"],
        "words": seen[language()],
        "ended": ended,
        "result": row.result,
        "error": row.error,
    }


def recent(kind: str, owner: int | None, most: int = 10) -> list[dict[str, Any]]:
    """The owner's latest jobs of a kind, newest first, each as `look` tells it with `at`, when it was queued."""
    rows = (
        _rows()
        .filter(kind__in=all_names(Kind.JOB, kind), owner_ref=owner)
        .order_by("-pk")
        .values_list("pk", "created_at")[:most]
    )
    return [{**get_job(number, owner), "at": at} for number, at in rows]


ALIVE = timedelta(seconds=20)  # a worker that lives gives a sign every few seconds


def worker_beat() -> Path:
    """The file that a worker touches while it lives."""
    return run_file(0, "beat")


def worker_seen() -> datetime | None:
    """When a worker of this home last gave a sign of life (None: never)."""
    with suppress(FileNotFoundError):
        return datetime.fromtimestamp(worker_beat().stat().st_mtime, tz=UTC)
    return None


def worker_state() -> dict[str, Any]:
    """Whether a worker lives, and when one was last seen (None: never). One on another machine shows by its lease."""
    seen = worker_seen()
    held = _rows().filter(state="running", leased_until__gt=now()).exists()
    return {"alive": held or (seen is not None and now() - seen < ALIVE), "seen": seen}


def queue() -> dict[str, Any]:
    """How many jobs wait and run, how many failed since yesterday, and when a worker was last seen (None: never)."""
    counted = {state: _rows().filter(state=state).count() for state in ("queued", "running")}
    failed = _rows().filter(state="failed", ended_at__gt=now() - timedelta(days=1)).count()
    return {**counted, "failed": failed, **worker_state()}


# --- the worker ----------------------------------------------------------------------------------


def worker_name() -> str:
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{threading.get_ident() % 10000}"


def claim_job(who: str) -> Any | None:
    """Take the oldest due job, or one whose holder stopped renewing its lease. None when there is none."""
    moment = now()
    due = models.Q(state="queued", not_before__lte=moment) | models.Q(state="running", leased_until__lt=moment)
    with transaction.atomic():
        rows = _rows().filter(due).order_by("not_before", "pk")
        if transaction.get_connection().features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        row = rows.first()
        if row is None:
            return None
        row.state, row.leased_by, row.leased_until = "running", who, moment + LEASE
        row.attempts += 1
        row.save()
    return row


def _heartbeat(row: Any, who: str, stop: threading.Event) -> None:
    while not stop.wait(LEASE.total_seconds() / 3):
        with suppress(Exception):  # a busy database only delays the renewal
            _rows().filter(pk=row.pk, leased_by=who, state="running").update(leased_until=now() + LEASE)
        close_old_connections()


def run_job(row: Any, who: str) -> str:
    """Run one claimed job to its end and return its new state."""
    stop = threading.Event()
    beat = threading.Thread(target=_heartbeat, args=(row, who, stop), daemon=True)
    beat.start()
    state, error = "done", ""
    result: dict[str, Any] = {}
    try:
        with acting_as(actor_of(row.owner_ref, f"job {row.pk}: {row.kind}")):
            result = JOBS[current_name(Kind.JOB, row.kind)](Progress(row.pk), **row.args) or {}
    except Cancelled:
        state = "cancelled"
    except Busy as fault:
        state, error = "failed" if row.attempts >= MAX_ATTEMPTS else "queued", str(fault)
    except Refused as refusal:
        state, error = "failed", str(refusal)
        result = {"refused": refusal.as_plain()}
    except Exception as fault:  # a worker outlives the fault of one job
        log.exception("job %s (%s) failed", row.pk, row.kind)
        state = "failed" if row.attempts >= MAX_ATTEMPTS else "queued"
        error = "".join(traceback.format_exception_only(fault)).strip()[:2000]
    finally:
        stop.set()
        beat.join(timeout=30)
    _rows().filter(pk=row.pk, leased_by=who).update(
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


def run_due_jobs(who: str = "") -> int:
    """Run everything that is due now; returns how many jobs ran."""
    who, count = who or worker_name(), 0
    while (row := claim_job(who)) is not None:
        run_job(row, who)
        count += 1
    return count

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
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections, models, transaction

from dakehu.foundation.access import scope
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.database.lock_timeout import Busy

log = logging.getLogger("dakehu.jobs")
LEASE = timedelta(seconds=90)
MAX_ATTEMPTS = 5

Work = Callable[..., Any]
JOBS: dict[str, Work] = {}
REACTIONS: dict[str, list[str]] = {}


class Cancelled(Exception):
    """The owner asked to stop; whatever the job was writing is rolled back."""


def job(kind: str) -> Callable[[Work], Work]:
    """Register background work: `body(progress, **args)` returns a JSON result."""

    def wrap(body: Work) -> Work:
        JOBS[kind] = body
        return body

    return wrap


def on_event(event: str) -> Callable[[Work], Work]:
    """Register what follows from news: `body(**payload)` runs after the announcing act has committed."""

    def wrap(body: Work) -> Work:
        kind = f"{event} → {body.__module__}.{body.__name__}"
        JOBS[kind] = lambda progress, **payload: body(**payload)
        REACTIONS.setdefault(event, []).append(kind)
        return body

    return wrap


def _rows() -> Any:
    from dakehu.foundation.models import Job

    return models.QuerySet(Job)


def start(kind: str, **args: Any) -> int:
    """Queue work for the actor who asks; returns the job's number."""
    from dakehu.foundation.models import Job

    if kind not in JOBS:
        raise LookupError(f"no such job: {kind}")
    row = Job(kind=kind, args=args, owner_ref=scope.current_actor().user_id, not_before=now())
    row.save()
    for ending in ("progress", "cancel"):  # numbers come again after a restore; what was left behind is not ours
        _run_file(row.pk, ending).unlink(missing_ok=True)
    return int(row.pk)


def store_events(announced: list[tuple[str, dict[str, Any]]]) -> None:
    """Called at the end of an act, in its transaction: one job for each reaction."""
    for event, payload in announced:
        for kind in REACTIONS.get(event, []):
            start(kind, **payload)


# --- progress ------------------------------------------------------------------------------------


def _run_file(number: int, ending: str) -> Path:
    folder = Path(settings.DAKEHU_HOME) / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"job-{number}.{ending}"


@dataclass
class Progress:
    """Handed to running work: `progress(0.3, say(…))`. Raises Cancelled once the owner asked to stop."""

    number: int

    def __call__(self, share: float, words: Bilingual | str = "") -> None:
        if self.number and _run_file(self.number, "cancel").exists():
            raise Cancelled
        if self.number:
            both = [words.in_("zh"), words.in_("en")] if isinstance(words, Bilingual) else [str(words)] * 2
            path = _run_file(self.number, "progress")
            part = path.with_suffix(".part")
            part.write_text(json.dumps({"share": round(share, 4), "zh": both[0], "en": both[1]}))
            part.replace(path)


def no_progress(share: float, words: Bilingual | str = "") -> None:
    """Progress for work that runs at once, with nobody waiting."""


def request_stop(number: int) -> None:
    """Ask a job to stop: at once if it waits, at its next step if it runs."""
    _run_file(number, "cancel").touch()
    _rows().filter(pk=number, state="queued").update(state="cancelled", ended_at=now())


def get_job(number: int, owner: int | None) -> dict[str, Any]:
    """State, share done (0–1), words and result of one's own job. Raises NotFound for anybody else's."""
    from dakehu.foundation.base.errors import NotFound
    from dakehu.foundation.base.i18n import bilingual, language
    from dakehu.foundation.models import JobState

    row = _rows().filter(pk=number).first()
    if row is None or (owner is not None and row.owner_ref != owner):
        raise NotFound(bilingual("任务", "job"), number)
    path, seen = _run_file(number, "progress"), {"share": 0.0, "zh": "", "en": ""}
    with suppress(FileNotFoundError, ValueError):
        seen = json.loads(path.read_text())
    ended = row.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
    return {
        "id": row.pk,
        "kind": row.kind,
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
    rows = _rows().filter(kind=kind, owner_ref=owner).order_by("-pk").values_list("pk", "created_at")[:most]
    return [{**get_job(number, owner), "at": at} for number, at in rows]


def queue() -> dict[str, Any]:
    """How many jobs wait and run, how many failed since yesterday, and when a worker was last seen (None: never)."""
    counted = {state: _rows().filter(state=state).count() for state in ("queued", "running")}
    failed = _rows().filter(state="failed", ended_at__gt=now() - timedelta(days=1)).count()
    seen = None
    with suppress(FileNotFoundError):
        seen = datetime.fromtimestamp(_run_file(0, "beat").stat().st_mtime, tz=UTC)
    held = _rows().filter(state="running", leased_until__gt=now()).exists()
    alive = held or (seen is not None and now() - seen < timedelta(minutes=3))
    return {**counted, "failed": failed, "seen": seen, "alive": alive}


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
        with scope.acting_as(scope.actor_of(row.owner_ref, f"job {row.pk}: {row.kind}")):
            result = JOBS[row.kind](Progress(row.pk), **row.args) or {}
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
    _run_file(row.pk, "cancel").unlink(missing_ok=True)
    return state


def run_due_jobs(who: str = "") -> int:
    """Run everything that is due now; returns how many jobs ran."""
    who, count = who or worker_name(), 0
    while (row := claim_job(who)) is not None:
        run_job(row, who)
        count += 1
    return count


def run_worker(stop: threading.Event, idle: float = 0.5) -> None:
    """Run jobs until `stop` is set; once a minute it remembers the head of the audit chain and removes files
    that are past their time."""
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.audit import chain as audit
    from dakehu.foundation.files import store as files

    who, remembered = worker_name(), now() - timedelta(minutes=5)
    while not stop.is_set():
        try:
            if run_due_jobs(who) == 0:
                stop.wait(idle)
            if now() - remembered > timedelta(minutes=1):
                with scope.acting_as(scope.system("remember the head of the audit chain", "worker")):
                    audit.remember_head()
                    with act("files.sweep"):
                        files.delete_expired()
                _run_file(0, "beat").touch()
                remembered = now()
        except Exception:  # the database may be away for a moment
            log.exception("the worker could not look for work")
            stop.wait(5)
        finally:
            close_old_connections()

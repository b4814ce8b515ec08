"""The background worker: run jobs, store the head of the audit chain, delete expired files."""

import logging
import threading
from datetime import timedelta

from django.db import close_old_connections

from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import anchor
from dakehu.foundation.base.clock import now
from dakehu.foundation.files import store as files
from dakehu.foundation.jobs.due_checks import run_due_checks
from dakehu.foundation.jobs.queue import run_due_jobs, worker_beat, worker_name
from dakehu.foundation.nightly import schedule

log = logging.getLogger("dakehu.jobs")


def run_worker(stop: threading.Event, idle: float = 0.5) -> None:
    """Run jobs until `stop` is set; once a minute it stores the head of the audit chain, deletes expired files and
    starts the nightly run and other due work."""
    who, remembered = worker_name(), now() - timedelta(minutes=5)
    while not stop.is_set():
        try:
            if run_due_jobs(who, stop) == 0:
                stop.wait(idle)
            if now() - remembered > timedelta(minutes=1):
                with acting_as(system_actor("remember the head of the audit chain", "worker")):
                    anchor.remember_head()
                    with act("files.delete_expired"):
                        files.delete_expired()
                        undo_entries.delete_expired()
                    schedule.start_if_due()
                    run_due_checks()
                worker_beat().touch()
                remembered = now()
        except Exception:  # the database may be unavailable for a moment
            log.exception("the worker could not look for work")
            stop.wait(5)
        finally:
            close_old_connections()
